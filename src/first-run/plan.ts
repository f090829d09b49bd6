import type { EngineInfo } from '../engines/engine.ts';
import type { DeepPartial } from '../jobs/duplicate.ts';
import { findRecipe } from '../jobs/recipes/recipe.ts';
import type { Reason } from '../protocol/baseline.ts';
import type { RunConfig } from '../training/config.ts';
import { costOf } from './costs.ts';
import type { WeightsAtHand } from './weights-at-hand.ts';

/** What a first run is planned for. */
export interface FirstRunFacts {
  images: number;
  /** Images of each class, by class. */
  perClass: readonly { label: string; images: number }[];
  /** Shorter side of the images in pixels, the median. */
  side: number;
  engine: Pick<EngineInfo, 'name' | 'label' | 'gpu'>;
  atHand: readonly WeightsAtHand[];
  /** The user named the weights: there is nothing to choose. */
  named: boolean;
}

export interface FirstRunPlan {
  /** What the network begins with; null: at random. */
  weights: WeightsAtHand | null;
  /** Pixels. */
  side: number;
  recipe: string;
  /** What the config says beyond the defaults; name and data are the caller's. */
  config: DeepPartial<Omit<RunConfig, 'name' | 'data'>>;
  /** Seconds that training will take, roughly. */
  seconds: number;
  reasons: Reason[];
}

/** Multiplications a second while training, in 10⁹, roughly: measured for MobileNetV2 on two cores, and for one large GPU. */
const speeds: Record<EngineInfo['name'], number> = { tensorflow: 14, wasm: 5, webgpu: 300, cpu: 0.05 };
const GPU_SPEED = 1500;
/** A training step does the forward pass, and twice its work for the gradients. */
const STEP_WORK = 3;
/** Minutes after which a first result should be there. */
const PATIENCE = 20;
const [LEAST_SIDE, CPU_SIDE, GPU_SIDE] = [64, 128, 224];
/** Below so many images of the rarest class all layers would be learned by heart. */
const FEW = 20;
/** Multiplications of a picture, in 10⁹, up to which a network describes images quickly on any processor. */
const QUICK_WORK = 1;

/** The best start for the data and the machine, in words that say why. Pure. */
export function planFirstRun(facts: FirstRunFacts): FirstRunPlan {
  const side = chooseSide(facts);
  const backbone = chooseBackbone(facts, side.value);
  if (!backbone) return fromScratch(facts);
  const recipe = chooseRecipe(facts, backbone.weights, side.value);
  const base = findRecipe(recipe.value).config;
  const { weights, architecture, width, normalize } = backbone.weights;
  const config = {
    ...base,
    input: { ...base.input, width: side.value, height: side.value, normalize },
    model: { ...base.model, architecture, weights, ...(width === 1 ? {} : { width }) },
  };
  const seconds = secondsOf(facts, backbone.weights, { side: side.value, recipe: recipe.value });
  return {
    weights: backbone.weights,
    side: side.value,
    recipe: recipe.value,
    config,
    seconds,
    reasons: [backbone.reason, side.reason, recipe.reason],
  };
}

function chooseSide({ side, engine }: FirstRunFacts): { value: number; reason: Reason } {
  const most = engine.gpu ? GPU_SIDE : CPU_SIDE;
  const value = Math.min(most, Math.max(LEAST_SIDE, Math.ceil(side / 32) * 32));
  const why =
    value === most && side > most
      ? `The images have about ${side} pixels; more than ${most} would take too long ${engine.gpu ? 'for a first look' : 'without a GPU'}.`
      : value === LEAST_SIDE && side < LEAST_SIDE
        ? `The images have about ${side} pixels; enlarged, because pretrained networks see little below ${LEAST_SIDE}.`
        : `The images have about ${side} pixels: the next multiple of 32.`;
  return { value, reason: { what: 'Image size', choice: `${value} × ${value}`, why } };
}

function chooseBackbone(facts: FirstRunFacts, side: number): { weights: WeightsAtHand; reason: Reason } | null {
  const candidates = facts.atHand
    .map((weights) => ({
      weights,
      ...costOf(weights.architecture, weights.width),
      seconds: secondsOf(facts, weights, { side, recipe: 'transfer-frozen' }),
    }))
    .sort((a, b) => b.top1 - a.top1 || a.work - b.work);
  const quick = candidates.filter(({ seconds }) => seconds <= PATIENCE * 60);
  const chosen = quick[0] ?? candidates.toSorted((a, b) => a.work - b.work)[0];
  if (!chosen) return null;
  const better = candidates.slice(0, candidates.indexOf(chosen)).map(({ weights }) => weights.architecture);
  const why = facts.named
    ? 'The weights that you named.'
    : candidates.length === 1
      ? 'The only pretrained weights on this machine that Loupe knows.'
      : better.length > 0
        ? `The best of ${candidates.length} on this machine whose training takes less than ${PATIENCE} minutes here; ${[...new Set(better)].join(', ')} would take longer.`
        : `The best of ${candidates.length} on this machine by its accuracy on ImageNet.`;
  const { architecture, width, weights } = chosen.weights;
  const choice = `${architecture}${width === 1 ? '' : ` × ${width}`} (${weights})`;
  return { weights: chosen.weights, reason: { what: 'Network', choice, why } };
}

function rarestOf({ perClass }: FirstRunFacts): FirstRunFacts['perClass'][number] {
  return perClass.reduce((one, other) => (other.images < one.images ? other : one));
}

function chooseRecipe(facts: FirstRunFacts, weights: WeightsAtHand, side: number): { value: string; reason: Reason } {
  const rarest = rarestOf(facts);
  const seconds = secondsOf(facts, weights, { side, recipe: 'transfer-finetune' });
  const choose = (value: string, why: string) => ({ value, reason: { what: 'Recipe', choice: value, why } });
  if (rarest.images < FEW) {
    return choose(
      'transfer-frozen',
      `"${rarest.label}" has ${rarest.images} ${rarest.images === 1 ? 'image' : 'images'}: with fewer than ${FEW} only the last layer should learn.`,
    );
  }
  if (seconds > PATIENCE * 60) {
    return choose(
      'transfer-frozen',
      `To train all layers would take about ${Math.round(seconds / 60)} minutes on ${facts.engine.label}; the last layer alone shows soon what to expect.`,
    );
  }
  return choose(
    'transfer-finetune',
    `${rarest.images} images or more of every class are enough to train all layers: the head first, then all, the first layers slowest.`,
  );
}

/** The weights that say soonest what to expect: the most accurate of those that describe images quickly; null: there are none. Pure. */
export function quickWeights(atHand: readonly WeightsAtHand[]): WeightsAtHand | null {
  const costs = atHand.map((weights) => ({ weights, ...costOf(weights.architecture, weights.width) }));
  const quick = costs.filter(({ work }) => work <= QUICK_WORK).sort((a, b) => b.top1 - a.top1 || a.work - b.work);
  return (quick[0] ?? costs.toSorted((a, b) => a.work - b.work)[0])?.weights ?? null;
}

/** No pretrained weights: what the images' size suggests. */
function fromScratch(facts: FirstRunFacts): FirstRunPlan {
  const recipe = facts.side <= 40 && facts.images >= 2000 ? 'small-images' : 'balanced';
  const { config } = findRecipe(recipe);
  const side = config.input?.width ?? LEAST_SIDE;
  const rarest = rarestOf(facts);
  return {
    weights: null,
    side,
    recipe,
    config,
    seconds: Number.NaN,
    reasons: [
      {
        what: 'Network',
        choice: `${config.model?.architecture ?? 'small-cnn'}, from random weights`,
        why: 'There are no pretrained weights on this machine, and nothing is downloaded unasked. They nearly always help: loupe zoo get mobilenet-v2, then start again.',
      },
      {
        what: 'Image size',
        choice: `${side} × ${side}`,
        why: `As the recipe ${recipe} has it; the images have about ${facts.side} pixels.`,
      },
      {
        what: 'Recipe',
        choice: recipe,
        why:
          rarest.images < FEW
            ? `"${rarest.label}" has ${rarest.images} ${rarest.images === 1 ? 'image' : 'images'}: from random weights that is too little to learn much from. Get weights first, or more images.`
            : recipe === 'small-images'
              ? 'Small images, and enough of them to learn from.'
              : 'The defaults: a first run to compare others with.',
      },
    ],
  };
}

/** Of training by a recipe: frozen layers have no gradients. */
function secondsOf(
  { images, engine }: FirstRunFacts,
  { architecture, width }: WeightsAtHand,
  { side, recipe }: { side: number; recipe: 'transfer-frozen' | 'transfer-finetune' | string },
): number {
  const work = costOf(architecture, width).work * (side / 224) ** 2;
  const speed = engine.gpu ? Math.max(GPU_SPEED, speeds[engine.name]) : speeds[engine.name];
  const phases = findRecipe(recipe).config.training;
  const epochs = phases?.phases?.map((phase) => ({
    epochs: phase?.epochs ?? 1,
    all: (phase?.freeze ?? []).length === 0,
  })) ?? [{ epochs: phases?.epochs ?? 10, all: (phases?.freeze ?? []).length === 0 }];
  const passes = epochs.reduce((sum, one) => sum + one.epochs * (one.all ? STEP_WORK : 1), 0);
  return (images * passes * work) / speed;
}
