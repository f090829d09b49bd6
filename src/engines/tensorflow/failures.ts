import { EngineError } from '../engine-error.ts';

/** Says in words what TensorFlow's message about a failed run means. */
export function engineError(error: unknown): Error {
  if (error instanceof EngineError || !(error instanceof Error))
    return error instanceof Error ? error : new Error(`${error}`);
  const message = firstSentence(error.message);
  if (/RESOURCE_EXHAUSTED|OOM when allocating|out of memory|failed to allocate/i.test(error.message)) {
    return new EngineError(
      'out-of-memory',
      `TensorFlow ran out of memory: ${message}`,
      'Choose a smaller batch size or smaller images, then resume the run.',
      { cause: error },
    );
  }
  if (/CUDA_ERROR|CUDNN_STATUS|device.*(lost|unavailable)|failed to synchronize/i.test(error.message)) {
    return new EngineError(
      'device-lost',
      `TensorFlow lost the graphics card: ${message}`,
      'Resume the run; if this happens again, choose another engine in the run’s settings.',
      { cause: error },
    );
  }
  return new EngineError(
    'engine-failed',
    `TensorFlow could not run the step: ${message}`,
    'Choose another engine in the run’s settings, and report this message.',
    { cause: error },
  );
}

/** TensorFlow appends the graph's node stack to its messages. */
function firstSentence(message: string): string {
  return (
    message
      .replace(/^Session fail to run with error:\s*/, '')
      .split('\n')[0]
      ?.slice(0, 300) ?? ''
  );
}
