import type { StepResult, Trainer } from '../engines/engine.ts';
import { EngineError } from '../engines/engine-error.ts';
import type { RunConfig } from './config.ts';
import type { LoadedBatch } from './loader.ts';
import { nonFinite } from './non-finite.ts';
import type { TrainProgress } from './progress.ts';
import type { Rates } from './schedule.ts';

/** Losses that a diagnosis looks back on. */
const RECENT = 50;

/** Does the steps of a run, and says why where a loss is no number any more. */
export class FiniteSteps {
  readonly #config: RunConfig;
  #losses: number[] = [];

  constructor(config: RunConfig) {
    this.#config = config;
  }

  /** @throws Problem `non-finite` with the cause as far as it can be told; EngineError */
  async step(trainer: Trainer, batch: LoadedBatch, progress: TrainProgress, rates: Rates): Promise<StepResult> {
    const { learningRate, momentum } = rates;
    const input = { step: progress.step, learningRate, ...(momentum === null ? {} : { momentum }) };
    const result = await stepOrNull(trainer, batch, input).catch((error) => {
      throw withSmallerBatch(error, batch.size);
    });
    if (!result) {
      throw nonFinite('The loss', progress, { config: this.#config, learningRate, losses: this.#losses });
    }
    this.#losses = [...this.#losses.slice(1 - RECENT), result.loss];
    return result;
  }
}

/** Out of memory: names the batch to try, and how the updates stay those of the larger one. */
export function withSmallerBatch(error: unknown, size: number): unknown {
  if (!(error instanceof EngineError) || error.failure !== 'out-of-memory' || size < 2) return error;
  const half = Math.max(1, Math.floor(size / 2));
  const advice = `Duplicate the run with training.batchSize ${half} instead of ${size} and twice its training.accumulate, for updates by as many images, or let “loupe batch-size” find one. This run can be resumed from its last checkpoint when more memory is free.`;
  return new EngineError(error.failure, error.message, advice, { cause: error });
}

/** Null where the loss is not a finite number. */
async function stepOrNull(
  ...[trainer, ...step]: [Trainer, ...Parameters<Trainer['step']>]
): Promise<StepResult | null> {
  try {
    const result = await trainer.step(...step);
    return Number.isFinite(result.loss) ? result : null;
  } catch (error) {
    if (error instanceof EngineError && error.failure === 'not-finite') return null;
    throw error;
  }
}
