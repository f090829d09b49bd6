import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, model as makeModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { ImageBatch, StepInput, StepResult, TrainerOptions } from '../../../src/engines/engine.ts';
import type { Normalization } from '../../../src/images/preprocess.ts';

/**
 * Training written the plain way: TensorFlow.js's own gradients on its cpu backend, and the optimizers' published formulas in
 * double precision. Slow; an oracle for tiny networks.
 */
export class ReferenceTrainer {
  readonly #model: LayersModel;
  readonly #logits: LayersModel;
  readonly #options: TrainerOptions;
  readonly #slots = new Map<string, { first: Float64Array; second: Float64Array }>();
  #iterations = 0;

  constructor(model: LayersModel, options: TrainerOptions) {
    this.#model = model;
    const beforeSoftmax = model.outputs[0]?.inputs[0] as SymbolicTensor;
    this.#logits = makeModel({ inputs: model.inputs, outputs: beforeSoftmax });
    this.#options = options;
  }

  step(batch: ImageBatch, input: StepInput): StepResult {
    const x = normalized(this.#model, batch, this.#options.normalization);
    const labels = tf.tensor1d(batch.labels.subarray(0, batch.size), 'int32');
    let correct = 0;
    const variables = this.#model.trainableWeights.map((weight) => weight.read() as tf.Variable);
    const { value, grads } = tf.variableGrads(() => {
      const logits = this.#logits.apply(x, { training: true }) as tf.Tensor2D;
      const hot = tf.oneHot(labels, logits.shape[1]);
      correct = tf.sum(tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'int32')).dataSync()[0] ?? 0;
      const crossEntropy = tf.neg(tf.mean(tf.sum(tf.mul(hot, tf.logSoftmax(logits)), 1))) as tf.Scalar;
      // The model itself counts a layer's penalty once for every model the layer is part of.
      const penalties = this.#model.layers.flatMap((layer) => layer.calculateLosses());
      return penalties.reduce((sum, penalty) => tf.add(sum, penalty), crossEntropy);
    }, variables);
    this.#iterations++;
    for (const variable of variables) {
      const gradient = grads[variable.name] as tf.Tensor;
      variable.assign(tf.tensor(this.#updated(variable, gradient.dataSync(), input.learningRate), variable.shape));
    }
    const loss = value.dataSync()[0] as number;
    tf.dispose([x, labels, value, grads]);
    return { loss, correct, gradientNorm: null };
  }

  #updated(variable: tf.Variable, gradient: ArrayLike<number>, rate: number): Float32Array {
    const { name, momentum, weightDecay, beta1, beta2, epsilon } = this.#options.optimizer;
    const weights = variable.dataSync();
    const zeros = () => new Float64Array(weights.length);
    const slots = this.#slots.get(variable.name) ?? { first: zeros(), second: zeros() };
    this.#slots.set(variable.name, slots);
    const decay = variable.shape.length > 1 ? weightDecay : 0;
    return Float32Array.from(weights, (w, i) => {
      const g = (gradient[i] ?? 0) + (name === 'adamw' ? 0 : decay * w);
      if (name === 'sgd') {
        const v = momentum * (slots.first[i] ?? 0) + g;
        slots.first[i] = v;
        return w - rate * v;
      }
      const m = beta1 * (slots.first[i] ?? 0) + (1 - beta1) * g;
      const v = beta2 * (slots.second[i] ?? 0) + (1 - beta2) * g * g;
      slots.first[i] = m;
      slots.second[i] = v;
      const corrected = m / (1 - beta1 ** this.#iterations);
      const scale = Math.sqrt(v / (1 - beta2 ** this.#iterations)) + epsilon;
      return w * (name === 'adamw' ? 1 - rate * decay : 1) - (rate * corrected) / scale;
    });
  }
}

/** `model.predict` on TensorFlow.js's cpu backend, probabilities [size, class]. */
export function referencePredict(model: LayersModel, batch: ImageBatch, normalization: Normalization): Float32Array {
  return tf.tidy(() => {
    const y = model.predict(normalized(model, batch, normalization)) as tf.Tensor;
    return y.dataSync<'float32'>().slice();
  });
}

export function normalized(model: LayersModel, batch: ImageBatch, { mean, std }: Normalization): tf.Tensor {
  const shape = [batch.size, ...((model.inputs[0]?.shape ?? []).slice(1) as number[])];
  const bytes = shape.reduce((product, one) => product * one, 1);
  const channels = shape.at(-1) as number;
  const values = Float32Array.from(
    batch.pixels.subarray(0, bytes),
    (pixel, i) => (pixel / 255 - (mean[i % channels] ?? 0)) / (std[i % channels] ?? 1),
  );
  return tf.tensor(values, shape);
}
