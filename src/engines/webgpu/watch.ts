import { Problem } from '../../problem.ts';
import { EngineError } from '../engine-error.ts';

const scopes = ['out-of-memory', 'validation', 'internal'] as const;

/**
 * Makes an error of what a GPU otherwise only mentions: a buffer that is too large is read back as zeros, and a lost device
 * rejects without a word.
 */
export class DeviceWatch {
  readonly #device: GPUDevice;
  readonly #name: string;
  #failure: EngineError | undefined;

  constructor(device: GPUDevice, name: string) {
    this.#device = device;
    this.#name = name;
    device.addEventListener('uncapturederror', ({ error }) => {
      this.#failure ??= this.#explain(error);
    });
    device.lost.then(({ reason, message }) => {
      if (reason === 'destroyed' && this.#closed) return;
      this.#failure = lost(name, message || reason);
    });
  }

  #closed = false;

  /** From now on losing the device is what was meant. */
  close(): void {
    this.#closed = true;
  }

  /** Does work on the device. @throws EngineError for whatever went wrong on it, at the latest when the work is done. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    this.#throwFailure();
    for (const scope of scopes) this.#device.pushErrorScope(scope);
    const [outcome] = await Promise.allSettled([work()]);
    const errors = await Promise.all(scopes.map(() => this.#popScope()));
    // The event of a lost device comes in a later turn than the rejection it causes.
    if (outcome.status === 'rejected') await new Promise((resolve) => setImmediate(resolve));
    this.#throwFailure();
    const error = errors.find((one) => one !== null);
    if (error) throw this.#explain(error);
    if (outcome.status === 'fulfilled') return outcome.value;
    throw this.#wrap(outcome.reason);
  }

  async #popScope(): Promise<GPUError | null> {
    try {
      return await this.#device.popErrorScope();
    } catch {
      return null;
    }
  }

  #throwFailure(): void {
    if (this.#failure) throw this.#failure;
  }

  #explain(error: GPUError): EngineError {
    const [message] = error.message.split('\n', 1);
    const kind = error.constructor.name;
    if (kind === 'GPUOutOfMemoryError' || /buffer size|binding size|exceeds|too large/i.test(error.message)) {
      return new EngineError(
        'out-of-memory',
        `${this.#name} has no room for this step: ${message}`,
        'Lower the batch size or the image size, or use a smaller model.',
        { cause: error },
      );
    }
    return new EngineError(
      'engine-failed',
      `${this.#name} refused a step: ${message}`,
      'Choose another engine, and report this with the name of your GPU and its driver.',
      { cause: error },
    );
  }

  #wrap(error: unknown): unknown {
    if (error instanceof Problem || (error instanceof Error && error.message !== '')) return error;
    return lost(this.#name, 'the driver gives no reason');
  }
}

function lost(name: string, reason: string): EngineError {
  return new EngineError(
    'device-lost',
    `${name} was lost: ${reason}`,
    'Resume the run. If it happens again, lower the batch size, update the driver, or choose another engine.',
  );
}
