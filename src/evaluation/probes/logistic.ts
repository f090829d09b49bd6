import { minimize } from './lbfgs.ts';
import type { MatrixOnBackend } from './matrix.ts';

/** Multinomial logistic regression: logits = X·W + b. */
export interface LogisticModel {
  /** [feature + 1, class]; the last row is b. */
  weights: Float64Array;
  classes: number;
}

export interface LogisticOptions {
  classes: number;
  /** λ of the penalty λ/2·‖W‖², the biases left out; scikit-learn's 1 / (C · images). */
  strength: number;
  /** Where to begin, e.g. the solution of a larger λ. */
  start?: LogisticModel;
  iterations?: number;
  /** Largest absolute value of the gradient at which it ends; default 1e-5. */
  tolerance?: number;
}

const ITERATIONS = 100;

/**
 * Minimises mean cross-entropy + λ/2·‖W‖² with L-BFGS.
 * @param x [image, feature], standardised
 * @param labels [image]
 */
export function fitLogistic(x: MatrixOnBackend, labels: Uint32Array, options: LogisticOptions): LogisticModel {
  const { classes, strength, iterations = ITERATIONS, tolerance } = options;
  const features = x.columns;
  const objective = (weights: Float64Array) => {
    const logits = logitsOf(x, { weights, classes });
    const loss = toErrors(logits, labels, classes);
    const gradient = new Float64Array(weights.length);
    gradient.set(x.transposedTimes(logits, classes));
    for (let i = 0; i < logits.length; i++) {
      const at = features * classes + (i % classes);
      gradient[at] = (gradient[at] as number) + (logits[i] as number);
    }
    let penalty = 0;
    for (let i = 0; i < features * classes; i++) {
      const w = weights[i] as number;
      penalty += w * w;
      gradient[i] = (gradient[i] as number) + strength * w;
    }
    return { value: loss + (strength / 2) * penalty, gradient };
  };
  const start = options.start ? options.start.weights.slice() : new Float64Array((features + 1) * classes);
  return {
    weights: minimize(objective, start, { iterations, ...(tolerance !== undefined && { tolerance }) }),
    classes,
  };
}

/** [image, class] */
export function logitsOf(x: MatrixOnBackend, { weights, classes }: LogisticModel): Float32Array {
  const features = x.columns;
  const logits = x.times(Float32Array.from(weights.subarray(0, features * classes)), classes);
  for (let i = 0; i < logits.length; i++) {
    logits[i] = (logits[i] as number) + (weights[features * classes + (i % classes)] as number);
  }
  return logits;
}

/** Puts (softmax − one-hot) / images in place of the logits, and returns the mean cross-entropy. */
function toErrors(logits: Float32Array, labels: Uint32Array, classes: number): number {
  const images = labels.length;
  let loss = 0;
  for (let i = 0; i < images; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const label = labels[i] as number;
    let max = Number.NEGATIVE_INFINITY;
    for (const z of row) if (z > max) max = z;
    let sum = 0;
    for (const z of row) sum += Math.exp(z - max);
    loss += Math.log(sum) + max - (row[label] as number);
    for (let c = 0; c < classes; c++) {
      row[c] = (Math.exp((row[c] as number) - max) / sum - (c === label ? 1 : 0)) / images;
    }
  }
  return loss / images;
}
