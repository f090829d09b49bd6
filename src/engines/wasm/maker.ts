import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { enableProdMode, findBackendFactory, registerBackend, removeBackend, setBackend } from '@tensorflow/tfjs-core';
import { kernelFolder } from '../../entries.ts';
import { Problem } from '../../problem.ts';
import { EagerEngine } from '../eager/engine.ts';
import type { EagerOps } from '../eager/ops.ts';
import type { Engine, EngineInfo, EngineMaker } from '../engine.ts';
import { EngineError, outOfMemory } from '../engine-error.ts';
import { selfTest } from '../self-test.ts';
import { hasRelaxedSimd } from './features.ts';
import { type HeapBackend, startBackend } from './heap.ts';
import { fusions, layerOps, registerLayerKernels } from './layer-ops.ts';
import { BACKEND, replaceKernels } from './stock-kernels.ts';
import type { Device } from './tensors.ts';
import { KernelThreads } from './threads.ts';
import { updatesWithKernels } from './update.ts';

/** TensorFlow.js on WebAssembly with our own kernels on the same heap: fast with nothing to install. */
export const wasmMaker: EngineMaker = {
  name: 'wasm',
  async start({ threads = 0 }): Promise<Engine> {
    const wanted = threads > 0 ? threads : os.availableParallelism();
    try {
      return await startEngine(wanted, hasRelaxedSimd());
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw new Problem(
        'wasm-unavailable',
        `WebAssembly does not start here: ${(error as Error).message}`,
        'Use Node 20 or newer on a 64-bit processor with SIMD.',
        { cause: error },
      );
    }
  },
};

/** @param relaxed use multiply-add instructions; both ways pass the same tests */
export async function startEngine(wanted: number, relaxed: boolean): Promise<EagerEngine> {
  enableProdMode();
  const { backend, refusal: noSharing } = await startHeap(wanted > 1);
  const { pool, refusal: noHelpers } = await KernelThreads.start(
    backend.heap,
    await loadKernels(relaxed, backend.heap.shared),
    wanted,
  );
  const device: Device = { backend, threads: pool };
  if (findBackendFactory(BACKEND)) removeBackend(BACKEND);
  const restoreKernels = replaceKernels(device);
  const removeLayerKernels = registerLayerKernels(device);
  registerBackend(BACKEND, () => backend);
  await setBackend(BACKEND);
  const close = async () => {
    await pool.dispose();
    removeBackend(BACKEND);
    restoreKernels();
    removeLayerKernels();
  };
  const engine = new EagerEngine(describe(pool.threads, relaxed, noSharing ?? noHelpers), opsOf(device), close);
  try {
    await selfTest(engine);
    return engine;
  } catch (error) {
    await close();
    throw error;
  }
}

/** Without shared memory there is one thread, and the reason is told. */
async function startHeap(shared: boolean): Promise<{ backend: HeapBackend; refusal?: string }> {
  if (!shared) return { backend: await startBackend(false) };
  try {
    return { backend: await startBackend(true) };
  } catch (error) {
    return { backend: await startBackend(false), refusal: (error as Error).message };
  }
}

async function loadKernels(relaxed: boolean, shared: boolean): Promise<WebAssembly.Module> {
  const name = `kernels-${relaxed ? 'relaxed' : 'simd'}${shared ? '-shared' : ''}.wasm`;
  return new WebAssembly.Module(await fs.readFile(path.join(kernelFolder(), name)));
}

function describe(threads: number, relaxed: boolean, refusal: string | undefined): EngineInfo {
  const parts = [
    'CPU',
    threads === 1 ? '1 thread' : `${threads} threads`,
    relaxed ? 'relaxed SIMD' : 'SIMD',
    ...(refusal ? [`no more threads: ${refusal}`] : []),
  ];
  return { name: 'wasm', label: 'WebAssembly', device: parts.join(', '), version: version_wasm, threads, gpu: false };
}

function opsOf(device: Device): EagerOps {
  return {
    ...{ backend: BACKEND, layerOps, fusions, updates: updatesWithKernels(device) },
    async guard(work) {
      try {
        return await work();
      } catch (error) {
        throw explain(device, error);
      }
    },
  };
}

/** A C++ allocation that fails inside a stock kernel aborts the module, which nothing can be done with afterwards. */
function explain(device: Device, error: unknown): unknown {
  if (error instanceof Problem || !(error instanceof WebAssembly.RuntimeError)) return error;
  const used = device.backend.heap.memory.buffer.byteLength;
  if (used > 3.5 * 2 ** 30) return outOfMemory('wasm', 0, used, { cause: error });
  return new EngineError(
    'engine-failed',
    `The wasm engine stopped: ${error.message}`,
    'Resume the run; if it happens again, choose another engine and report this.',
    { cause: error },
  );
}
