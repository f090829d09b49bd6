import {
  customGrad,
  mul,
  oneHot,
  type Scalar,
  scalar,
  softmax,
  sub,
  type Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';

/**
 * A scalar whose gradient is that of the mean cross-entropy of `logits` [batch, class] against class indices:
 * (softmax − one-hot) / batch. Its value is 0: `scoreLogits` computes the loss, in double precision and without waiting
 * for the device in the middle of a step.
 */
export function crossEntropyGradient(logits: Tensor, labels: Int32Array): Scalar {
  const [batch, classes] = logits.shape as [number, number];
  const op = customGrad((z) => {
    const gradFunc = () => {
      const target = oneHot(tensor1d(labels.subarray(0, batch), 'int32'), classes);
      return mul(sub(softmax(z as Tensor), target), 1 / batch);
    };
    return { value: scalar(0), gradFunc };
  });
  return op(logits) as Scalar;
}

export interface Score {
  /** Mean cross-entropy in nats. */
  loss: number;
  correct: number;
}

/** @param logits [batch, class]; `labels` may be longer. Log-sum-exp with the maximum taken out, so that nothing overflows. */
export function scoreLogits(logits: Float32Array, labels: Int32Array, classes: number): Score {
  const batch = logits.length / classes;
  let loss = 0;
  let correct = 0;
  for (let i = 0; i < batch; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const best = argMax(row);
    const max = row[best] as number;
    const label = labels[i] as number;
    loss += Math.log(sumOfExponentials(row, max)) + max - (row[label] as number);
    if (best === label) correct++;
  }
  return { loss: loss / batch, correct };
}

/** Softmax of every row of `logits` [batch, class]. */
export function probabilities(logits: Float32Array, classes: number): Float32Array {
  const result = new Float32Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const max = row[argMax(row)] as number;
    const total = sumOfExponentials(row, max);
    for (let c = 0; c < classes; c++) result[start + c] = Math.exp((row[c] as number) - max) / total;
  }
  return result;
}

function argMax(row: Float32Array): number {
  let best = 0;
  for (let c = 1; c < row.length; c++) if ((row[c] as number) > (row[best] as number)) best = c;
  return best;
}

function sumOfExponentials(row: Float32Array, max: number): number {
  let total = 0;
  for (const z of row) total += Math.exp(z - max);
  return total;
}
