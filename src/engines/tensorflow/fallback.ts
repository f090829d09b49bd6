import { Problem } from '../../problem.ts';
import type { Engine } from '../engine.ts';
import { LayerNotSupported } from './lower/model.ts';

/** Makes something of a model layer by layer, where one of its layers can't be part of a graph. */
export class EagerFallback {
  readonly #threads: number;
  #engine: Promise<Engine> | null = null;

  constructor(threads: number) {
    this.#threads = threads;
  }

  /**
   * What `compiled` makes, or, where it meets a layer that no graph can be made of, what `eager` makes.
   * @param eager gets an engine and the sentence the user should read
   */
  async orElse<T>(compiled: () => Promise<T>, eager: (engine: Engine, notice: string) => Promise<T>): Promise<T> {
    try {
      return await compiled();
    } catch (error) {
      if (!(error instanceof LayerNotSupported)) throw error;
      const engine = await this.#start();
      const notice = `${error.message} The model runs layer by layer on the ${engine.info.name} engine instead, which is slower.`;
      return eager(engine, notice);
    }
  }

  async dispose(): Promise<void> {
    const engine = await this.#engine;
    this.#engine = null;
    await engine?.dispose();
  }

  #start(): Promise<Engine> {
    this.#engine ??= startEager(this.#threads);
    return this.#engine;
  }
}

async function startEager(threads: number): Promise<Engine> {
  try {
    return await (await import('../wasm/maker.ts')).wasmMaker.start({ threads });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return (await import('../cpu/maker.ts')).cpuMaker.start({ threads });
  }
}
