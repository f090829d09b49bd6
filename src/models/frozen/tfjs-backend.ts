import { getBackend } from '@tensorflow/tfjs-core';
import type { Engine } from '../../engines/engine.ts';

/**
 * Sees to it that TensorFlow.js computes well: TensorFlow's engine works in graphs of its own and leaves TensorFlow.js with its plain
 * backend, so that WebAssembly's is started beside it.
 * @returns how to stop what was started
 */
export async function provideFastBackend(engine: Engine): Promise<() => Promise<void>> {
  if (engine.info.name !== 'tensorflow' || getBackend() === 'wasm') return async () => undefined;
  const { wasmMaker } = await import('../../engines/wasm/maker.ts');
  const beside = await wasmMaker.start({ threads: engine.info.threads });
  return () => beside.dispose();
}
