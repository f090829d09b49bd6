import { fileURLToPath } from 'node:url';

/**
 * Where workers and binary assets are, run from source (`node src/cli.ts`, tests) or from the bundle (`dist/loupe.mjs`).
 * `esbuild.mjs` bundles every `*.worker.ts` to `dist/<name>.worker.mjs` and copies every asset folder named here.
 */
const fromSource = import.meta.url.endsWith('.ts');

/** @param source path under `src`, e.g. `training/loader.worker.ts`. */
export function workerUrl(source: string): URL {
  if (fromSource) return new URL(`./${source}`, import.meta.url);
  const name = source.slice(source.lastIndexOf('/') + 1).replace(/\.ts$/, '.mjs');
  return new URL(`./${name}`, import.meta.url);
}

/** The `loupe` command, to be run by the Node that runs this. */
export function cliFile(): string {
  return fileURLToPath(new URL(fromSource ? './cli.ts' : './loupe.mjs', import.meta.url));
}

/** Folder of our own compiled WebAssembly kernels. */
export function kernelFolder(): string {
  return fileURLToPath(new URL(fromSource ? './engines/wasm/kernels/' : './wasm/', import.meta.url));
}

/** Folder of the stock TensorFlow.js WebAssembly binaries. */
export function tfjsWasmFolder(): string {
  return fileURLToPath(
    new URL(fromSource ? '../node_modules/@tensorflow/tfjs-backend-wasm/dist/' : './wasm/', import.meta.url),
  );
}

/** Folder of ONNX Runtime's WebAssembly binary and its loader; the address ends in a slash. */
export function onnxFolder(): URL {
  return new URL(fromSource ? '../node_modules/onnxruntime-web/dist/' : './onnx/', import.meta.url);
}

/** `media/`, which holds the JSON Schema and icons. */
export function mediaFile(name: string): string {
  return fileURLToPath(new URL(`../media/${name}`, import.meta.url));
}

/** Sources of the native modules that attach TensorFlow (and, in a package, the modules built from them). */
export function tensorflowNativeFolder(): string {
  return fileURLToPath(new URL(fromSource ? './engines/tensorflow/native/' : './tensorflow/', import.meta.url));
}
