import { Problem } from '../problem.ts';

export type EngineFailure = 'out-of-memory' | 'device-lost' | 'not-finite' | 'unsupported-model' | 'engine-failed';

/** A step or prediction that the engine could not do. The run stops here and can be resumed from its last checkpoint. */
export class EngineError extends Problem {
  readonly failure: EngineFailure;

  constructor(failure: EngineFailure, message: string, advice: string, options?: ErrorOptions) {
    super(failure, message, advice, options);
    this.failure = failure;
  }
}

/** @param loss what the step gave instead of a finite number. */
export function lossNotFinite(step: number, loss: number): EngineError {
  return new EngineError(
    'not-finite',
    `The loss of step ${step} is ${loss}.`,
    'Lower the learning rate, or check the data set for broken images; then resume from the last checkpoint.',
  );
}
