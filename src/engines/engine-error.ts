import { Problem } from '../problem.ts';

export type EngineFailure =
  | 'out-of-memory'
  | 'device-lost'
  | 'not-finite'
  | 'unsupported-model'
  | 'bad-state'
  | 'engine-failed';

/** A step or prediction that the engine could not do. The run stops here and can be resumed from its last checkpoint. */
export class EngineError extends Problem {
  readonly failure: EngineFailure;

  constructor(failure: EngineFailure, message: string, advice: string, options?: ErrorOptions) {
    super(failure, message, advice, options);
    this.failure = failure;
  }
}

/**
 * @param step counted from 0, as in `StepInput`
 * @param loss what the step gave instead of a finite number
 */
export function lossNotFinite(step: number, loss: number, learningRate?: number): EngineError {
  const rate = learningRate === undefined ? '' : ` at learning rate ${learningRate}`;
  return new EngineError(
    'not-finite',
    `The loss of step ${step} is ${loss}${rate}.`,
    'Most often the learning rate is too high: duplicate the run with a tenth of training.learningRate. The last good checkpoint is kept.',
  );
}

/** @param norm what the gradient's norm is instead of a finite number */
export function gradientNotFinite(step: number, norm: number, learningRate: number): EngineError {
  return new EngineError(
    'not-finite',
    `The norm of the gradient of step ${step} is ${norm} at learning rate ${learningRate}.`,
    'Most often the learning rate is too high: duplicate the run with a tenth of training.learningRate. The last good checkpoint is kept.',
  );
}

/** @param bytes what was asked for; `inUse` what the engine already held. */
export function outOfMemory(engine: string, bytes: number, inUse: number, options?: ErrorOptions): EngineError {
  const mebibytes = (n: number) => `${Math.ceil(n / 2 ** 20).toLocaleString('en')} MiB`;
  return new EngineError(
    'out-of-memory',
    `The ${engine} engine ran out of memory: it needed ${mebibytes(bytes)} more and already used ${mebibytes(inUse)}.`,
    'Lower the batch size or the image size, or use a smaller model.',
    options,
  );
}
