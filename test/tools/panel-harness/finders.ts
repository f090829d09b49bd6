import { defaultSweep, type SweepEnd, type SweepSettings } from '../../../src/protocol/lr-finder.ts';
import type { FinderSnapshot, PanelSweep } from '../../../src/protocol/lr-finder-panel.ts';
import type { RunState } from '../../../src/protocol/runs.ts';
import { seededRandom } from '../../../src/random.ts';
import { agreementBand, rangesOf } from '../../../src/training/lr-finder/agreement.ts';
import { SweepCurve, sweepRate } from '../../../src/training/lr-finder/curve.ts';
import { suggestRates, usableCurve } from '../../../src/training/lr-finder/suggestions.ts';
import { judge } from '../../../src/training/lr-finder/verdict.ts';

type Shape = (rate: number) => number;

/** Falls around `falls`, runs away from `rises` on. */
const bowl =
  (falls: number, rises: number): Shape =>
  (rate) =>
    2.3 - 0.9 / (1 + (falls / rate) ** 0.8) + Math.min(40, (rate / rises) ** 1.6);

const orNull = (value: number) => (Number.isFinite(value) ? value : null);

function sweepOf(shape: Shape, seed: number, noise: number, settings: SweepSettings, until: number): PanelSweep {
  const random = seededRandom(seed * 977);
  const curve = new SweepCurve();
  const rates: number[] = [];
  let end: SweepEnd | null = until < settings.steps ? null : 'completed';
  for (let at = 0; at < Math.min(until, settings.steps); at++) {
    const rate = sweepRate(at, settings);
    rates.push(rate);
    curve.add(shape(rate * 10 ** (0.3 * ((seed % 3) - 1))) + noise * (random() + random() + random() - 1.5));
    if (!curve.ended) continue;
    end = curve.ended;
    break;
  }
  const suggestions = end ? suggestRates(usableCurve(rates, curve.smoothed, settings.steps)) : {};
  return { seed, end, rates, losses: curve.losses.map(orNull), smoothed: curve.smoothed.map(orNull), suggestions };
}

interface FakeFinder {
  shape?: Shape;
  noise?: number;
  /** Iterations over all sweeps that are done; default: all. */
  done?: number;
  settings?: Partial<SweepSettings>;
  state?: RunState;
  origin?: Partial<FinderSnapshot['origin']>;
  message?: string;
  advice?: string;
  warnings?: string[];
}

/** An invented finder, judged as a real one is. */
export function fakeFinder(fake: FakeFinder = {}): FinderSnapshot {
  const { shape = bowl(4e-4, 0.6), noise = 0.13, done = 1e9, state = 'done', origin = {}, warnings = [] } = fake;
  const sweep = { ...defaultSweep, ...fake.settings };
  const seeds = Array.from({ length: sweep.seeds }, (_, at) => 42 + at);
  const sweeps = seeds
    .map((seed, at) => sweepOf(shape, seed, noise, sweep, Math.min(sweep.steps, done - at * sweep.steps)))
    .filter(({ rates }) => rates.length > 0);
  const over = sweeps.filter(({ end }) => end !== null);
  const suggestions = rangesOf(over.map((one) => one.suggestions));
  const ended = state === 'done' || (state === 'stopped' && over.length > 0);
  const last = sweeps.at(-1);
  return {
    type: 'snapshot',
    summary: {
      id: '20260512-093000-emoji-1a2b',
      folder: '/home/ada/emoji/.loupe/lr-finder/20260512-093000-emoji-1a2b',
      name: 'Emoji categories',
      state,
      message: fake.message ?? null,
      advice: fake.advice ?? null,
      createdAt: Date.UTC(2026, 4, 12, 9, 30),
      origin: { kind: origin.kind ?? 'config', path: '/home/ada/emoji/emoji.loupe.json' },
      sweep,
      done: sweeps.reduce((sum, { rates }) => sum + rates.length, 0),
      total: sweep.steps * sweep.seeds,
      current: sweeps.length,
      rate: last?.rates.at(-1) ?? null,
      loss: last?.smoothed.at(-1) ?? null,
      verdict: ended
        ? judge(
            over.map((one) => ({ ...one, end: one.end ?? 'stopped' })),
            suggestions,
            sweep.steps,
          )
        : null,
      suggestions,
    },
    origin: { kind: 'config', name: 'emoji.loupe.json', missing: false, learningRate: 0.001, changed: [], ...origin },
    plan:
      sweeps.length > 0
        ? { sweep, seeds, images: 32, train: 1800, classes: 6, parameters: 94_246, checkpoint: null }
        : null,
    engine: sweeps.length > 0 ? 'WebAssembly on CPU, 2 threads, relaxed SIMD' : null,
    sweeps,
    band: agreementBand(sweeps),
    suggestions,
    warnings,
  };
}

/** Every state that the panel has to look right in. */
export const finderScenes: Record<string, () => FinderSnapshot> = {
  starting: () => fakeFinder({ done: 0, state: 'starting' }),
  running: () => fakeFinder({ done: 164, state: 'running' }),
  done: () => fakeFinder(),
  stale: () =>
    fakeFinder({
      origin: { changed: ['training.batchSize', 'model.architecture'] },
      warnings: ['The class “symbols” has 9 images; fewer than 20 are rarely enough to learn from.'],
    }),
  run: () => fakeFinder({ settings: { seeds: 1 }, origin: { kind: 'run', name: 'emoji 2', learningRate: 0.003 } }),
  flat: () => fakeFinder({ shape: () => 1.79, noise: 0.05 }),
  noisy: () => fakeFinder({ noise: 2.4 }),
  'not-finite': () => fakeFinder({ shape: (rate) => (rate > 3e-6 ? Number.NaN : 1.79) }),
  failed: () =>
    fakeFinder({
      done: 0,
      state: 'failed',
      message: 'All training images in /home/ada/emoji are of one class, “animals”.',
      advice: 'A classifier needs images of at least two classes: add a folder for another class.',
    }),
};
