import {
  enableProdMode,
  findBackendFactory,
  registerBackend,
  removeBackend,
  setBackend,
  version_core,
} from '@tensorflow/tfjs-core';
import { EagerEngine } from '../eager/engine.ts';
import { exactLayerOps } from '../eager/exact-layers.ts';
import { noFusions } from '../eager/plan.ts';
import { updatesWithOps } from '../eager/update.ts';
import type { Engine, EngineMaker } from '../engine.ts';
import { selfTest } from '../self-test.ts';
import { isSoftware } from './adapters.ts';
import { loadDawn, type OpenDevice, openDevice } from './dawn.ts';
import { proveAdapter } from './proof.ts';
import { DeviceWatch } from './watch.ts';

const BACKEND = 'webgpu';

/** TensorFlow.js on Dawn: any vendor's GPU through Vulkan, Metal or Direct3D 12, with nothing to install but its driver. */
export const webgpuMaker: EngineMaker = {
  name: 'webgpu',
  async start({ adapter = '' }): Promise<Engine> {
    const dawn = await loadDawn();
    await proveAdapter(adapter);
    const open = await openDevice(dawn, adapter);
    Object.assign(globalThis, dawn.globals);
    provideNavigator(open.gpu);
    // Loaded only now: it looks for a GPU when it is loaded.
    const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
    const watch = new DeviceWatch(open.device, open.name);
    enableProdMode();
    if (findBackendFactory(BACKEND)) removeBackend(BACKEND);
    registerBackend(BACKEND, () => new WebGPUBackend(open.device, open.adapter.info));
    await setBackend(BACKEND);
    const info = {
      ...({ name: 'webgpu', label: 'WebGPU', device: describe(open), version: version_core, threads: 1 } as const),
      gpu: !isSoftware(open),
      adapters: open.names,
    };
    const ops = {
      ...{ backend: BACKEND, layerOps: exactLayerOps, fusions: noFusions, updates: updatesWithOps },
      guard: <T>(work: () => Promise<T>) => watch.guard(work),
    };
    const close = async () => {
      watch.close();
      removeBackend(BACKEND);
      open.device.destroy();
    };
    const engine = new EagerEngine(info, ops, close);
    try {
      await selfTest(engine);
      return engine;
    } catch (error) {
      await close();
      throw error;
    }
  },
};

/** The backend asks `navigator` for what it is handed anyway. */
function provideNavigator(gpu: GPU): void {
  const value = { gpu, userAgent: `Node.js/${process.versions.node}` };
  Object.defineProperty(globalThis, 'navigator', { value, configurable: true, writable: true });
}

function describe({ name, adapter }: OpenDevice): string {
  const { description } = adapter.info;
  return description && description !== name ? `${name} (${description})` : name;
}
