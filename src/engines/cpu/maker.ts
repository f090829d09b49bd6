import { avgPool, enableProdMode, setBackend, type Tensor4D, version_core } from '@tensorflow/tfjs-core';
import { EagerEngine } from '../eager/engine.ts';
import type { EagerOps, LayerOp } from '../eager/ops.ts';
import { noFusions } from '../eager/plan.ts';
import { updatesWithOps } from '../eager/update.ts';
import type { Engine, EngineMaker } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
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
    };
    const engine = new EagerEngine(info, ops, async () => {});
    await selfTest(engine);
    return engine;
  },
};

const ops: EagerOps = {
  backend: 'cpu',
  layerOps: new Map([['AveragePooling2D', averagePooling]]),
  fusions: noFusions,
  updates: updatesWithOps,
  explain: (error) => error,
};

/** TensorFlow.js divides the gradient at a padded edge by the whole window, the output by the part inside the picture. */
function averagePooling(...[layer, { inputs, training }]: Parameters<LayerOp>): ReturnType<LayerOp> {
  const { poolSize, strides, padding } = layer.getConfig() as {
    poolSize: [number, number];
    strides: [number, number];
    padding: 'same' | 'valid';
  };
  if (training && padding === 'same') {
    throw new EngineError(
      'unsupported-model',
      `The cpu engine can't train ${layer.name}: it has no correct gradient for average pooling with 'same' padding.`,
      'Choose another engine.',
    );
  }
  return avgPool(inputs[0] as Tensor4D, poolSize, strides, padding);
}
