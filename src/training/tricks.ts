import type { RunConfig } from './config.ts';

/** Something a run does beyond plain training, as a person would name it. */
export interface Trick {
  /** e.g. `Label smoothing`. */
  name: string;
  /** e.g. `0.1`; empty where the name says all. */
  value: string;
}

/** Which tricks a config uses, in the order of a training: data, augmentation, network, loss, optimizer, schedule, weights, end. */
export function tricksOf(config: RunConfig): Trick[] {
  return [...dataTricks(config), ...augmentTricks(config), ...networkTricks(config), ...trainingTricks(config)];
}

/** `Label smoothing 0.1`. */
export function trickText({ name, value }: Trick): string {
  return value ? `${name} ${value}` : name;
}

const schedules: Record<RunConfig['training']['schedule']['name'], string> = {
  constant: '',
  step: 'Step decay',
  exponential: 'Exponential decay',
  polynomial: 'Polynomial decay',
  cosine: 'Cosine decay',
  'one-cycle': 'One-cycle',
  triangular: 'Cyclical rate',
  'exp-range': 'Cyclical rate, exp-range',
  sgdr: 'Warm restarts',
  'flat-cos': 'Flat-cosine',
  plateau: 'Reduce on plateau',
};

const policies = { none: '', 'rand-augment': 'RandAugment', 'trivial-augment': 'TrivialAugment' };

function dataTricks({ training, input }: RunConfig): Trick[] {
  const { classWeights, sampling, phases } = training;
  const sizes = phases.map(({ size }) => size || input.width);
  return tricks([
    [new Set(sizes).size > 1, 'Progressive resizing', sizes.join(' → ')],
    [sampling === 'over', 'Oversampling'],
    [sampling === 'under', 'Undersampling'],
    [classWeights.name === 'inverse', 'Class weights', 'inverse'],
    [classWeights.name === 'effective-number', 'Class weights', `effective number, β ${classWeights.beta}`],
  ]);
}

function augmentTricks({ augment }: RunConfig): Trick[] {
  const { flip, crop, policy, mixUp, cutMix } = augment;
  const flips = [flip.horizontal > 0 && 'horizontal', flip.vertical > 0 && 'vertical'].filter(Boolean);
  return tricks([
    [flips.length > 0, 'Flips', flips.join(' and ')],
    [augment.rotate.probability > 0, 'Rotation', `±${augment.rotate.degrees}°`],
    [augment.shift.probability > 0, 'Shift'],
    [augment.shear.probability > 0, 'Shear'],
    [augment.zoom.probability > 0, 'Zoom'],
    [augment.perspective.probability > 0, 'Perspective'],
    [crop.probability > 0, crop.mode === 'padded' ? 'Padded crop' : 'Random resized crop'],
    [augment.brightness.probability > 0, 'Brightness'],
    [augment.contrast.probability > 0, 'Contrast'],
    [augment.saturation.probability > 0, 'Saturation'],
    [augment.hue.probability > 0, 'Hue'],
    [augment.channelShift.probability > 0, 'Channel shift'],
    [policy.name !== 'none', policies[policy.name]],
    [augment.blur.probability > 0, 'Blur'],
    [augment.noise.probability > 0, 'Noise'],
    [augment.jpeg.probability > 0, 'JPEG artifacts'],
    [augment.erase.probability > 0, 'Random erasing'],
    [mixUp.probability > 0, 'MixUp', `α ${mixUp.alpha}`],
    [cutMix.probability > 0, 'CutMix', `α ${cutMix.alpha}`],
  ]);
}

function networkTricks({ model }: RunConfig): Trick[] {
  return tricks([
    [model.weights !== '', 'Pretrained weights', model.weights.replace(/^.*[\\/]/, '')],
    [model.head !== 'linear', 'Head', model.head],
    [model.activation !== 'relu', 'Activation', model.activation],
    [model.dropout > 0, 'Dropout', String(model.dropout)],
    [model.stochasticDepth > 0, 'Stochastic depth', String(model.stochasticDepth)],
  ]);
}

function trainingTricks({ training, engine }: RunConfig): Trick[] {
  const { loss, clip, optimizer, schedule, earlyStopping, checkpoints } = training;
  const clipped = [clip.value > 0 && `to ±${clip.value}`, clip.norm > 0 && `to norm ${clip.norm}`].filter(Boolean);
  return tricks([
    [loss.name === 'focal', 'Focal loss', `γ ${loss.focalGamma}`],
    [loss.name === 'binary', 'Binary loss'],
    [loss.labelSmoothing > 0, 'Label smoothing', String(loss.labelSmoothing)],
    [optimizer.weightDecay > 0, 'Weight decay', String(optimizer.weightDecay)],
    [optimizer.name === 'sgd' && optimizer.nesterov, 'Nesterov momentum'],
    [clipped.length > 0, 'Gradient clipping', clipped.join(', ')],
    [training.accumulate > 1, 'Gradient accumulation', `${training.accumulate} batches`],
    [engine.precision === 'mixed', 'Mixed precision'],
    [schedule.warmUp > 0, 'Warm-up', schedule.warmUp === 1 ? '1 epoch' : `${schedule.warmUp} epochs`],
    [schedule.name !== 'constant', schedules[schedule.name]],
    [schedule.name === 'sgdr', 'Snapshots', `${schedule.cycles} cycles`],
    [training.ema > 0, 'Averaged weights', String(training.ema)],
    [training.freeze.length > 0 || training.phases.some(({ freeze }) => freeze.length > 0), 'Frozen layers'],
    [training.discriminativeRates > 1, 'Discriminative rates', `÷ ${training.discriminativeRates}`],
    [training.layerRates.length > 0, 'Layer rates'],
    [training.timeBudget > 0, 'Time budget', `${training.timeBudget} min`],
    [earlyStopping.enabled, 'Early stopping', `patience ${earlyStopping.patience}`],
    [checkpoints.metric !== 'validation-loss', 'Best by', checkpoints.metric.replaceAll('-', ' ')],
    [checkpoints.keepEvery > 0, 'Kept models', `every ${checkpoints.keepEvery} epochs`],
  ]);
}

function tricks(rows: [used: boolean, name: string, value?: string][]): Trick[] {
  return rows.flatMap(([used, name, value = '']) => (used ? [{ name, value }] : []));
}
