import {
  customGrad,
  logSoftmax,
  maximum,
  mul,
  pow,
  type Scalar,
  scalar,
  sigmoid,
  softmax,
  sub,
  sum,
  type Tensor,
  tensor2d,
} from '@tensorflow/tfjs-core';
import type { LossConfig } from '../../training/config.ts';
import type { ImageBatch } from '../engine.ts';
import { EngineError } from '../engine-error.ts';

export interface Score {
  /** As `TrainerOptions.loss` defines it: the sum over images divided by their number. */
  loss: number;
  correct: number;
}

/** Keeps (1 − p)^(γ − 1) finite where γ < 1; its factor log p is 0 there. */
const LEAST_DOUBT = 1e-20;

/**
 * The loss of one batch: its value in double precision on the host, its gradient on the device. The formulas are those of
 * `TrainerOptions.classWeights`; p is the softmax of the logits z, or their sigmoid for `binary`.
 */
export class BatchLoss {
  readonly #batch: ImageBatch;
  readonly #classes: number;
  readonly #loss: LossConfig;
  /** [batch, class]: the class's weight times the image's. */
  readonly #factors: Float64Array;
  /** [batch, class]: factor · target, after label smoothing. */
  readonly #targets: Float64Array;

  /** @throws EngineError when a label is no class of the model. */
  constructor(batch: ImageBatch, classes: number, loss: LossConfig, classWeights: readonly number[] | null) {
    this.#batch = batch;
    this.#classes = classes;
    this.#loss = loss;
    this.#factors = new Float64Array(batch.size * classes);
    this.#targets = new Float64Array(batch.size * classes);
    for (let i = 0; i < batch.size; i++) {
      const label = batch.targets ? -1 : labelOf(batch, i, classes);
      for (let c = 0; c < classes; c++) {
        const at = i * classes + c;
        const target = batch.targets ? (batch.targets[at] as number) : Number(c === label);
        const smooth = (1 - loss.labelSmoothing) * target + loss.labelSmoothing / classes;
        const factor = (classWeights?.[c] ?? 1) * (batch.weights?.[i] ?? 1);
        this.#factors[at] = factor;
        this.#targets[at] = factor * smooth;
      }
    }
  }

  /**
   * A scalar whose gradient is that of the loss of `logits` [batch, class]. Its value is 0: `score` computes the loss, in
   * double precision and without waiting for the device in the middle of a step.
   */
  gradient(logits: Tensor): Scalar {
    const op = customGrad((z) => ({ value: scalar(0), gradFunc: () => this.#logitGradient(z as Tensor) }));
    return op(logits) as Scalar;
  }

  /** @param logits [batch, class]. Log-sum-exp with the maximum taken out, so that nothing overflows. */
  score(logits: Float32Array): Score {
    const { size, targets, labels } = this.#batch;
    let loss = 0;
    let correct = 0;
    for (let i = 0; i < size; i++) {
      const row = logits.subarray(i * this.#classes, (i + 1) * this.#classes);
      const best = argMax(row);
      loss += this.#imageLoss(i, row, best);
      const wanted = targets ? argMax(targets.subarray(i * this.#classes, (i + 1) * this.#classes)) : labels[i];
      if (best === wanted) correct++;
    }
    return { loss: loss / size, correct };
  }

  #imageLoss(image: number, row: Float32Array, best: number): number {
    const { name, focalGamma } = this.#loss;
    const max = row[best] as number;
    const logSum = name === 'binary' ? 0 : Math.log(sumOfExponentials(row, max)) + max;
    let loss = 0;
    for (const [c, z] of row.entries()) {
      const at = image * this.#classes + c;
      const target = this.#targets[at] as number;
      if (name === 'binary') loss += (this.#factors[at] as number) * softplus(z) - target * z;
      else if (target !== 0 || Number.isNaN(z)) {
        const doubt = name === 'focal' ? (-Math.expm1(z - logSum)) ** focalGamma : 1;
        loss += target * doubt * (logSum - z);
      }
    }
    return loss;
  }

  #logitGradient(z: Tensor): Tensor {
    const targets = this.#onDevice(this.#targets);
    if (this.#loss.name === 'binary') return sub(mul(sigmoid(z), this.#onDevice(this.#factors)), targets);
    const p = softmax(z);
    // Of a sum over classes f(p): ∂/∂z_j = a_j − p_j·Σ a with a = p·f′(p).
    const a = this.#loss.name === 'focal' ? focalSlope(p, logSoftmax(z), targets, this.#loss.focalGamma) : targets;
    const total = sum(a, -1, true);
    return this.#loss.name === 'focal' ? sub(a, mul(p, total)) : sub(mul(p, total), a);
  }

  #onDevice(values: Float64Array): Tensor {
    const { size } = this.#batch;
    return tensor2d(
      Float32Array.from(values, (value) => value / size),
      [size, this.#classes],
    );
  }
}

/** p·f′(p) of f = −t·(1 − p)^γ·log p: t·(γ·p·(1 − p)^(γ − 1)·log p − (1 − p)^γ). */
function focalSlope(p: Tensor, logP: Tensor, targets: Tensor, gamma: number): Tensor {
  const doubt = maximum(sub(1, p), LEAST_DOUBT);
  const first = mul(mul(mul(p, gamma), pow(doubt, gamma - 1)), logP);
  return mul(targets, sub(first, pow(doubt, gamma)));
}

function labelOf({ labels }: ImageBatch, image: number, classes: number): number {
  const label = labels[image] as number;
  if (label >= 0 && label < classes) return label;
  throw new EngineError(
    'engine-failed',
    `An image has the label ${label}, but the model has the classes 0 to ${classes - 1}.`,
    'This is a fault in Loupe: please report it with the run folder.',
  );
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

/** log(1 + eᶻ) */
function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}
