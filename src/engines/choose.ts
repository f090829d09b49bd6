import { Problem } from '../problem.ts';
import type { EngineConfig } from '../training/config.ts';
import type { Engine, EngineChoice, EngineMaker, EngineName, EngineRefusal } from './engine.ts';

/** Where `auto` looks, fastest first. */
const order: EngineName[] = ['tensorflow', 'wasm', 'cpu'];

/** An engine's code is loaded when it is asked for: a list of engines must not cost the start of all of them. */
const makers: Partial<Record<EngineName, () => Promise<EngineMaker>>> = {
  tensorflow: async () => (await import('./tensorflow/maker.ts')).tensorflowMaker,
  wasm: async () => (await import('./wasm/maker.ts')).wasmMaker,
  cpu: async () => (await import('./cpu/maker.ts')).cpuMaker,
};

/**
 * Starts the engine that the config names, or the fastest that works on this machine. Every engine has proved itself with a
 * tiny training before it is returned.
 * @throws Problem `no-engine` when none starts; the pinned engine's own Problem when that one does not.
 */
export async function chooseEngine({ name, threads }: EngineConfig): Promise<EngineChoice> {
  if (name !== 'auto') {
    return { engine: await startEngine(name, threads), reason: `The configuration names ${name}.`, refused: [] };
  }
  const refused: EngineRefusal[] = [];
  for (const candidate of order) {
    try {
      const engine = await startEngine(candidate, threads);
      return { engine, reason: reasonFor(engine, refused), refused };
    } catch (error) {
      refused.push({ name: candidate, reason: inWords(error) });
    }
  }
  const reasons = refused.map((one) => `${one.name}: ${one.reason}`).join(' ');
  throw new Problem(
    'no-engine',
    `No engine starts on this machine. ${reasons}`,
    'Use Node 22.18 or newer on a 64-bit processor.',
  );
}

async function startEngine(name: EngineName, threads: number): Promise<Engine> {
  const load = makers[name];
  if (!load)
    throw new Problem('no-engine', `There is no engine named ${name} yet.`, `Choose one of ${order.join(', ')}.`);
  return (await load()).start({ threads });
}

function reasonFor(engine: Engine, refused: EngineRefusal[]): string {
  if (refused.length === 0) return `${engine.info.label} is the fastest engine.`;
  const tried = refused.map((one) => one.name).join(' and ');
  return `${engine.info.label} is the fastest engine that starts here; ${tried} did not.`;
}

function inWords(error: unknown): string {
  if (error instanceof Problem) return `${error.message} ${error.advice}`;
  return (error as Error).message;
}
