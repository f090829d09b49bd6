import { setImmediate as breathe } from 'node:timers/promises';
import type { ImageBatch, Trainer } from '../../engines/engine.ts';
import { EngineError } from '../../engines/engine-error.ts';
import type { LrPointEvent, SweepEnd, SweepSettings } from '../../protocol/lr-finder.ts';
import { SweepCurve, sweepRate } from './curve.ts';

export interface SweepInput {
  trainer: Pick<Trainer, 'step' | 'readState' | 'writeState'>;
  /** Batches without end, in the order of the training. */
  batches: AsyncIterator<ImageBatch>;
  settings: Pick<SweepSettings, 'start' | 'end' | 'steps'>;
  /** Batches of one update. */
  accumulate: number;
  /** Number of the first step; decides what dropout drops. */
  firstStep: number;
  stopRequested(): boolean;
  onPoint(point: Omit<LrPointEvent, 'kind' | 'sweep'>): void;
}

export interface SweepResult {
  rates: number[];
  curve: SweepCurve;
  end: SweepEnd;
}

/**
 * Trains with a rising rate and leaves the trainer as it was: weights, optimizer, batch-norm statistics and averages, bit by
 * bit, whatever happens in between.
 */
export async function runSweep(input: SweepInput): Promise<SweepResult> {
  const before = await input.trainer.readState();
  try {
    return await sweep(input);
  } finally {
    await input.trainer.writeState(before);
  }
}

async function sweep({ settings, stopRequested, onPoint, ...input }: SweepInput): Promise<SweepResult> {
  const curve = new SweepCurve();
  const rates: number[] = [];
  for (let iteration = 0; iteration < settings.steps; iteration++) {
    if (stopRequested()) return { rates, curve, end: 'stopped' };
    const rate = sweepRate(iteration, settings);
    const loss = await update(input, iteration, rate);
    rates.push(rate);
    const smoothed = curve.add(loss);
    onPoint({ iteration, rate, loss: orNull(loss), smoothed: orNull(smoothed) });
    if (curve.ended) return { rates, curve, end: curve.ended };
    await breathe();
  }
  return { rates, curve, end: 'completed' };
}

/** One update of the weights; returns the mean loss of its images, NaN where it is none. */
async function update(
  { trainer, batches, accumulate, firstStep }: Pick<SweepInput, 'trainer' | 'batches' | 'accumulate' | 'firstStep'>,
  iteration: number,
  learningRate: number,
): Promise<number> {
  let sum = 0;
  let images = 0;
  for (let part = 0; part < accumulate; part++) {
    const batch = (await batches.next()).value as ImageBatch;
    try {
      const { loss } = await trainer.step(batch, { step: firstStep + iteration * accumulate + part, learningRate });
      sum += loss * batch.size;
      images += batch.size;
    } catch (error) {
      if (error instanceof EngineError && error.failure === 'not-finite') return Number.NaN;
      throw error;
    }
  }
  return sum / images;
}

function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
