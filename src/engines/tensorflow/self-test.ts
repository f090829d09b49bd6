import * as tf from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';
import { Problem } from '../../problem.ts';
import type { ImageBatch, TrainerOptions } from '../engine.ts';
import type { TensorFlowBinding } from './binding.ts';
import { TensorFlowTrainer } from './trainer.ts';

const options: TrainerOptions = {
  optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
  normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
  seed: 1,
};

/**
 * Trains a tiny network for two steps: its last layer starts at zero, so that the first loss must be ln 2, and the second
 * must be lower.
 * @throws Problem when it is not.
 */
export async function selfTest(binding: TensorFlowBinding): Promise<void> {
  const model = sequential({
    layers: [
      layers.conv2d({ inputShape: [8, 8, 3], filters: 4, kernelSize: 3, padding: 'same', useBias: false }),
      layers.batchNormalization(),
      layers.activation({ activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.flatten(),
      layers.dense({ units: 2, kernelInitializer: 'zeros' }),
      layers.activation({ activation: 'softmax' }),
    ],
  });
  const trainer = await TensorFlowTrainer.create(binding, model, options);
  try {
    const batch = stripes();
    const first = await trainer.step(batch, { step: 0, learningRate: 0.01 });
    const second = await trainer.step(batch, { step: 1, learningRate: 0.01 });
    if (Math.abs(first.loss - Math.LN2) > 1e-4 || second.loss >= first.loss) {
      throw new Problem(
        'tensorflow-self-test',
        `TensorFlow ${binding.TF_Version} computes wrong numbers: losses ${first.loss} and ${second.loss} in a test of two steps.`,
        'Install another TensorFlow, or choose another engine.',
      );
    }
  } finally {
    trainer.dispose();
    tf.dispose(model.weights.map((weight) => weight.read()));
  }
}

/** Four images, striped one way or the other. */
function stripes(): ImageBatch {
  const size = 4;
  const pixels = Uint8Array.from({ length: size * 8 * 8 * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const line = Math.floor(pixel / 64) % 2 === 0 ? pixel % 8 : Math.floor(pixel / 8) % 8;
    return line % 2 === 0 ? 200 : 40;
  });
  return { pixels, labels: Int32Array.of(0, 1, 0, 1), size };
}
