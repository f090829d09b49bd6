import type { EpochEvent, StepEvent } from '../../../src/protocol/events.ts';
import type { ClassFigures, RunDelta, RunSnapshot, StepSeries } from '../../../src/protocol/run-panel.ts';
import type { RunState, RunSummary } from '../../../src/protocol/runs.ts';
import { defaultConfig } from '../../../src/training/config.ts';

/** Invented runs that look like real ones, for looking at the panel without training anything. */
export interface FakeRun {
  snapshot: RunSnapshot;
  /** The same run going on: the next steps, a message each. */
  next(steps: number): RunDelta;
}

type Step = StepEvent & { t: number };
type Epoch = EpochEvent & { t: number };

const start = Date.UTC(2026, 4, 12, 9, 30);
const classes = ['activities', 'animals & nature', 'food & drink', 'objects', 'symbols', 'travel & places'];

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Writes one step after the other, and an epoch after its last step. */
class Curve {
  readonly #random = randomFrom(7);
  readonly #stepsPerEpoch: number;
  readonly #steps: number;
  step = 0;
  t = start;
  best: { epoch: number; loss: number; accuracy: number } | null = null;

  constructor(stepsPerEpoch: number, epochs: number) {
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#steps = stepsPerEpoch * epochs;
  }

  #noise(): number {
    return this.#random() + this.#random() + this.#random() - 1.5;
  }

  next(): { step: Step; epoch: Epoch | null } {
    const share = ++this.step / this.#steps;
    const fade = Math.exp(-share * 9) * 0.75 + Math.exp(-share * 2) * 0.25;
    const loss = Math.max(0.002, (0.05 + 1.75 * fade) * (1 + 0.5 * this.#noise()));
    const accuracy = Math.round(Math.min(1, Math.max(0.1, 0.985 - 0.8 * fade + 0.11 * this.#noise())) * 32) / 32;
    const ms = 38 + 6 * this.#random() + (this.step === 1 ? 900 : 0);
    this.t += ms;
    const step: Step = {
      kind: 'step',
      t: Math.round(this.t),
      step: this.step,
      epoch: Math.ceil(this.step / this.#stepsPerEpoch),
      loss,
      accuracy,
      learningRate: oneCycle(share, 0.003),
      ms,
      waitMs: this.#random() < 0.1 ? 9 * this.#random() : 0.3,
      images: 32,
    };
    return { step, epoch: this.step % this.#stepsPerEpoch === 0 ? this.#epoch(step, share) : null };
  }

  #epoch(step: Step, share: number): Epoch {
    this.t += 700;
    const fade = Math.exp(-share * 8) * 0.7 + Math.exp(-share * 3) * 0.3;
    const validationLoss = 0.19 + 1.5 * fade + 0.16 * share * share + 0.03 * this.#noise();
    const validationAccuracy = Math.min(1, 0.946 - 0.62 * fade + 0.008 * this.#noise());
    const best = this.best === null || validationLoss < this.best.loss;
    if (best) this.best = { epoch: step.epoch, loss: validationLoss, accuracy: validationAccuracy };
    return {
      kind: 'epoch',
      t: Math.round(this.t),
      epoch: step.epoch,
      step: step.step,
      loss: step.loss,
      accuracy: step.accuracy,
      validationLoss,
      validationAccuracy,
      seconds: (this.#stepsPerEpoch * 41 + 700) / 1000,
      best,
    };
  }
}

function oneCycle(share: number, most: number): number {
  const cosine = (a: number, b: number, p: number) => a + ((b - a) * (1 - Math.cos(Math.PI * p))) / 2;
  return share < 0.25 ? cosine(most / 25, most, share / 0.25) : cosine(most, most / 1e5, (share - 0.25) / 0.75);
}

export function fakeRun(
  state: RunState,
  { steps = 0, stepsPerEpoch = 150, epochs = 30, ...change }: Partial<RunSummary> & FakeLength = {},
): FakeRun {
  const curve = new Curve(stepsPerEpoch, epochs);
  const series: StepSeries = {
    step: [],
    t: [],
    epoch: [],
    loss: [],
    accuracy: [],
    learningRate: [],
    ms: [],
    waitMs: [],
    images: [],
  };
  const measured: Epoch[] = [];
  let last: Step | null = null;
  for (let at = 0; at < steps; at++) {
    const { step, epoch } = curve.next();
    for (const key of Object.keys(series) as (keyof StepSeries)[]) series[key].push(step[key]);
    if (epoch) measured.push(epoch);
    last = step;
  }
  const began = state !== 'queued' && state !== 'cancelled';
  const summarize = (): RunSummary => ({
    id: '20260512-093000-emoji',
    folder: '/home/ada/emoji/.loupe/runs/20260512-093000-emoji',
    name: 'Emoji, small CNN, one-cycle',
    note: '',
    tags: ['baseline', 'one-cycle'],
    starred: true,
    state,
    message: null,
    advice: null,
    createdAt: start - 5000,
    startedAt: began ? start : null,
    endedAt: null,
    tricks: ['Flips horizontal', 'Padded crop', 'Dropout 0.2', 'Label smoothing 0.1', 'Weight decay 0.01', 'One-cycle'],
    architecture: 'small-cnn',
    engine: began ? 'WebAssembly (SIMD, 2 threads)' : null,
    device: began ? 'CPU, 2 threads' : null,
    epoch: last?.epoch ?? 0,
    epochs,
    step: last?.step ?? 0,
    steps: began ? stepsPerEpoch * epochs : null,
    loss: last?.loss ?? null,
    accuracy: last?.accuracy ?? null,
    bestEpoch: curve.best?.epoch ?? null,
    validationLoss: curve.best?.loss ?? null,
    validationAccuracy: curve.best?.accuracy ?? null,
    testAccuracy: state === 'done' ? 0.9312 : null,
    imagesPerSecond: null,
    resumable: measured.length > 0,
    hasModel: measured.length > 0,
    params: {},
    ...change,
  });
  const snapshot: RunSnapshot = {
    type: 'snapshot',
    summary: summarize(),
    series,
    epochs: measured,
    warnings: [],
    skipped: began
      ? [
          {
            cause: 'truncated',
            count: 3,
            examples: [
              { path: 'animals/1F98A copy.png', message: 'The file ends after 812 of 4,096 bytes.' },
              { path: 'objects/phone (2).jpg', message: 'The file ends in the middle of a scan.' },
            ],
          },
          { cause: 'zero-byte', count: 1, examples: [{ path: 'food/1F32E.png', message: 'The file has no bytes.' }] },
        ]
      : [],
    classes: began ? classes : [],
    counts: began ? { train: stepsPerEpoch * 32 - 17, validation: 1204, test: state === 'done' ? 1187 : 0 } : null,
    parameters: began ? 288_554 : null,
    engineReason: began
      ? 'TensorFlow was not found on this machine, and a WebAssembly engine needs no installation.'
      : null,
    config: JSON.stringify({ ...defaultConfig, name: 'Emoji, small CNN, one-cycle' }, null, 2),
    files: began ? ['job.json', 'events.jsonl', 'log.txt', 'model/model.json', 'report.json'] : ['job.json'],
    progress: null,
    ...(began && { edits: { relabelled: 41, labelled: 0, excluded: 7, resplit: 0 } }),
    perClass: curve.best && { epoch: curve.best.epoch, classes: fakeClasses(curve.best.accuracy) },
  };
  return {
    snapshot,
    next(count) {
      const delta: RunDelta = { type: 'delta', summary: snapshot.summary, steps: [], epochs: [], warnings: [] };
      for (let at = 0; at < count; at++) {
        const { step, epoch } = curve.next();
        delta.steps.push(step);
        if (epoch) delta.epochs.push(epoch);
        last = step;
      }
      delta.summary = summarize();
      return delta;
    },
  };
}

interface FakeLength {
  steps?: number;
  stepsPerEpoch?: number;
  epochs?: number;
}

/** Six classes of different size and difficulty around an accuracy; the last one has no validation image. */
function fakeClasses(accuracy: number): ClassFigures['classes'] {
  return classes.map((_, i) => {
    const images = i === classes.length - 1 ? 0 : 60 + 90 * i;
    const correct = Math.round(images * Math.min(1, accuracy * (0.8 + 0.06 * i)));
    return [images, correct, Math.round(images * (1.1 - 0.03 * i))];
  });
}

/** Three phases of growing size, in the middle of the last one. */
function phased(): RunSnapshot {
  const { snapshot } = fakeRun('running', {
    steps: 3900,
    tricks: ['Progressive resizing 32 → 48 → 64', 'Cosine decay', 'Averaged weights 0.999'],
  });
  const ends = [10, 20, 30];
  const phases = ends.map((end, i) => ({
    kind: 'phase' as const,
    phase: i + 1,
    phases: ends.length,
    step: 150 * (end - 10),
    epoch: end - 10,
    epochs: 10,
    width: 32 + 16 * i,
    height: 32 + 16 * i,
    batchSize: 32,
    stepsPerEpoch: 150,
    learningRate: 0.003 / (i + 1),
    frozen: i === 2 ? ['conv1', 'bn1'] : [],
  }));
  const epochs = snapshot.epochs.map((epoch) => ({
    ...epoch,
    phase: Math.ceil(epoch.epoch / 10),
    seconds: epoch.seconds * Math.ceil(epoch.epoch / 10),
  }));
  return { ...snapshot, phases, epochs };
}

/** Every state that the panel has to look right in. */
export const scenes: Record<string, () => RunSnapshot> = {
  queued: () => fakeRun('queued', { tags: [], starred: false }).snapshot,
  starting: () => ({
    ...fakeRun('starting').snapshot,
    progress: { what: 'scan', done: 4210, total: 12_500 },
  }),
  waiting: () => fakeRun('running').snapshot,
  early: () => fakeRun('running', { steps: 64 }).snapshot,
  long: () => fakeRun('running', { steps: 50_000, stepsPerEpoch: 1500, epochs: 40 }).snapshot,
  done: () => {
    const { snapshot } = fakeRun('done', { steps: 4500 });
    const slow = { kind: 'warning', code: 'slow-loader', message: 'Training waited for images.' } as const;
    const few = {
      kind: 'warning',
      code: 'few-images',
      message: 'The class “symbols” has 9 images; fewer than 20 are rarely enough to learn from.',
    } as const;
    return { ...snapshot, warnings: [few, slow, slow, slow] };
  },
  'failed-early': () =>
    fakeRun('failed', {
      message: 'The data set /home/ada/emoji has one class only (“animals”).',
      advice:
        'Put the images of each class in a folder of its own, with at least two folders, then duplicate this run.',
      engine: null,
      device: null,
      steps: 0,
    }).snapshot,
  'failed-late': () =>
    fakeRun('failed', {
      steps: 1730,
      message: 'The loss became NaN at step 1,731.',
      advice: 'Lower training.learningRate (now 0.003), for example to 0.001, and duplicate the run.',
    }).snapshot,
  interrupted: () => fakeRun('interrupted', { steps: 2210 }).snapshot,
  stopped: () =>
    fakeRun('stopped', { steps: 2210, note: 'Stopped by hand: validation loss had flattened out.' }).snapshot,
  phases: phased,
  stopping: () => fakeRun('stopping', { steps: 900 }).snapshot,
};
