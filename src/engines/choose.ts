import { Problem } from '../problem.ts';
import type { EngineConfig } from '../training/config.ts';
import type { Engine, EngineChoice, EngineMaker, EngineName, EngineRefusal } from './engine.ts';

type Makers = Record<EngineName, () => Promise<EngineMaker>>;

/** An engine's code is loaded when it is asked for: a list of engines must not cost the start of all of them. */
const allMakers: Makers = {
  webgpu: async () => (await import('./webgpu/maker.ts')).webgpuMaker,
  tensorflow: async () => (await import('./tensorflow/maker.ts')).tensorflowMaker,
  wasm: async () => (await import('./wasm/maker.ts')).wasmMaker,
  cpu: async () => (await import('./cpu/maker.ts')).cpuMaker,
};

/**
 * Starts the engine that the config names, or the best that works on this machine: TensorFlow on a GPU, WebGPU, TensorFlow on
 * the CPU, WebAssembly, plain JavaScript. Every engine has proved itself with a tiny training before it is returned.
 * @throws Problem `no-engine` when none starts; the pinned engine's own Problem when that one does not.
 */
export async function chooseEngine(config: EngineConfig, makers: Makers = allMakers): Promise<EngineChoice> {
  const start = async (name: EngineName) => (await makers[name]()).start(config);
  if (config.name !== 'auto') {
    return { engine: await start(config.name), reason: `The configuration names ${config.name}.`, refused: [] };
  }
  const refused: EngineRefusal[] = [];
  const attempt = async (name: EngineName) => {
    try {
      return await start(name);
    } catch (error) {
      refused.push({ name, reason: inWords(error) });
      return undefined;
    }
  };
  const engine = (await startFast(attempt)) ?? (await attempt('wasm')) ?? (await attempt('cpu'));
  if (engine) return { engine, reason: reasonFor(engine, refused), refused };
  const reasons = refused.map((one) => `${one.name}: ${one.reason}`).join(' ');
  throw new Problem(
    'no-engine',
    `No engine starts on this machine. ${reasons}`,
    'Use Node 22.18 or newer on a 64-bit processor.',
  );
}

/** TensorFlow stays at hand while a GPU is looked for. */
async function startFast(attempt: (name: EngineName) => Promise<Engine | undefined>): Promise<Engine | undefined> {
  const tensorflow = await attempt('tensorflow');
  if (tensorflow?.info.gpu) return tensorflow;
  const webgpu = await attempt('webgpu');
  if (webgpu) await tensorflow?.dispose();
  return webgpu ?? tensorflow;
}

function reasonFor({ info }: Engine, refused: EngineRefusal[]): string {
  const without = (name: EngineName) => refused.some((one) => one.name === name);
  if (info.gpu) {
    return without('tensorflow')
      ? `${info.label} runs on your GPU (${info.device}) with nothing to install; TensorFlow, which would be faster still, does not start here.`
      : `${info.label} runs on your GPU: ${info.device}.`;
  }
  const rest = 'no GPU can be used';
  if (info.name === 'tensorflow') return `${info.label} is the fastest engine on a processor; ${rest}.`;
  if (info.name === 'wasm') return `${info.label} is the fastest engine without TensorFlow; ${rest}.`;
  return `Only ${info.label} starts here, which is very slow.`;
}

function inWords(error: unknown): string {
  if (error instanceof Problem) return `${error.message} ${error.advice}`;
  return (error as Error).message;
}
