import { enableProdMode, setBackend, version_core } from '@tensorflow/tfjs-core';
import { EagerEngine } from '../eager/engine.ts';
import { exactLayerOps } from '../eager/exact-layers.ts';
import type { EagerOps } from '../eager/ops.ts';
import { noFusions } from '../eager/plan.ts';
import { updatesWithOps } from '../eager/update.ts';
import type { Engine, EngineMaker } from '../engine.ts';
import { selfTest } from '../self-test.ts';

/** Plain JavaScript. Hundreds of times slower than the other engines: the tests' oracle and the last resort. */
export const cpuMaker: EngineMaker = {
  name: 'cpu',
  async start(): Promise<Engine> {
    // Its first tensor would print an advertisement for tfjs-node on stderr otherwise.
    enableProdMode();
    await import('@tensorflow/tfjs-backend-cpu');
    await setBackend('cpu');
    const info = {
      name: 'cpu' as const,
      label: 'JavaScript',
      device: 'CPU, 1 thread, no SIMD: very slow',
      version: version_core,
      threads: 1,
      gpu: false,
    };
    const engine = new EagerEngine(info, ops, async () => {});
    await selfTest(engine);
    return engine;
  },
};

const ops: EagerOps = {
  ...{ backend: 'cpu', layerOps: exactLayerOps, fusions: noFusions, updates: updatesWithOps },
  guard: (work) => work(),
};
