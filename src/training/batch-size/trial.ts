import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Engine, ImageBatch } from '../../engines/engine.ts';
import { EngineError } from '../../engines/engine-error.ts';
import { seededRandom } from '../../random.ts';
import type { RunConfig } from '../config.ts';
import { createNetworkTrainer } from '../network.ts';
import { fixedNormalization } from '../normalization.ts';
import type { BatchTrial } from './search.ts';

/** Compiling and growing the memory is done in the first. */
const WARM_UP = 1;
const STEPS = 3;

/** Trains on noise of the config's input size for a few steps. @returns null where they do not fit in memory */
export async function tryBatchSize(
  engine: Engine,
  model: LayersModel,
  config: RunConfig,
  batchSize: number,
): Promise<BatchTrial | null> {
  const trainer = await createNetworkTrainer(engine, model, config, {
    // Speed and memory are those of any other.
    normalization: fixedNormalization('zero-one', model.inputs[0]?.shape.at(-1) ?? 3),
    classWeights: null,
    freeze: config.training.freeze,
  });
  try {
    const batch = noise(model, batchSize);
    const times: number[] = [];
    for (let step = 0; step < WARM_UP + STEPS; step++) {
      const started = performance.now();
      // At rate 0 the weights stay finite whatever the noise.
      await trainer.step(batch, { step, learningRate: 0 });
      if (step >= WARM_UP) times.push(performance.now() - started);
    }
    const stepMs = times.sort((a, b) => a - b)[Math.floor(times.length / 2)] as number;
    return { batchSize, stepMs, imagesPerSecond: (batchSize / stepMs) * 1000, memory: process.memoryUsage.rss() };
  } catch (error) {
    if (error instanceof EngineError && error.failure === 'out-of-memory') return null;
    throw error;
  } finally {
    trainer.dispose();
  }
}

function noise(model: LayersModel, size: number): ImageBatch {
  const shape = (model.inputs[0]?.shape ?? []).slice(1) as number[];
  const classes = model.outputs[0]?.shape.at(-1) ?? 1;
  const random = seededRandom(1);
  const length = shape.reduce((product, one) => product * one, size);
  return {
    pixels: Uint8Array.from({ length }, () => random() * 256),
    labels: Int32Array.from({ length: size }, () => random() * classes),
    size,
  };
}
