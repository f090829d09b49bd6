import type * as Runtime from 'onnxruntime-web';
import { onnxFolder } from '../../entries.ts';
import { Problem } from '../../problem.ts';

/**
 * ONNX Runtime in WebAssembly: no native part, and whatever a file does stays inside its memory.
 * @throws Problem `no-onnx-runtime`
 */
export async function loadOnnxRuntime(threads: number): Promise<typeof Runtime> {
  let runtime: typeof Runtime;
  try {
    runtime = await import('onnxruntime-web');
  } catch (error) {
    throw new Problem(
      'no-onnx-runtime',
      `ONNX Runtime does not load: ${(error as Error).message}`,
      'In a clone, run npm ci again; else install the extension again.',
      { cause: error },
    );
  }
  runtime.env.logLevel = 'fatal';
  runtime.env.wasm.numThreads = Math.max(1, threads);
  runtime.env.wasm.wasmPaths = onnxFolder().href;
  return runtime;
}
