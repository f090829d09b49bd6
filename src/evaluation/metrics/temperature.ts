import type { Scored } from './scored.ts';

/** Stands for a probability that float32 has rounded to 0. */
const LEAST = 1e-30;
const MOST_ITERATIONS = 60;
const TOLERANCE = 1e-9;
/** Temperatures looked at: 1/50 … 50. Perfect predictions would otherwise ask for 0. */
const LIMIT = 50;

/**
 * The temperature T that minimises the cross-entropy of softmax(z / T) on these images (Guo et al. 2017): 1 leaves everything as
 * it is, above 1 the network was too sure. The logits are taken as ln p, which differs from them by a constant a softmax does
 * not see. The cross-entropy is convex in 1/T, so bisection guarded Newton steps end at its only minimum.
 * @returns 1 without images
 */
export function fitTemperature(scored: Scored): number {
  const { classes, labels, probabilities } = scored;
  if (!labels.length || classes < 2) return 1;
  const logits = Float64Array.from(probabilities, (value) => Math.log(Math.max(LEAST, value)));
  let low = 1 / LIMIT;
  let high = LIMIT;
  let inverse = 1;
  for (let i = 0; i < MOST_ITERATIONS; i++) {
    const { slope, curvature } = derivatives(logits, labels, classes, inverse);
    if (slope > 0) high = inverse;
    else low = inverse;
    const newton = curvature > 0 ? inverse - slope / curvature : Number.NaN;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - inverse) <= TOLERANCE * inverse) break;
    inverse = next;
  }
  return 1 / inverse;
}

/** First and second derivative of the mean cross-entropy of softmax(b·z) in b. */
function derivatives(
  logits: Float64Array,
  labels: Int32Array,
  classes: number,
  inverse: number,
): { slope: number; curvature: number } {
  let slope = 0;
  let curvature = 0;
  for (let i = 0; i < labels.length; i++) {
    const start = i * classes;
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) most = Math.max(most, logits[start + k] as number);
    let total = 0;
    let first = 0;
    let second = 0;
    for (let k = 0; k < classes; k++) {
      const z = logits[start + k] as number;
      const share = Math.exp(inverse * (z - most));
      total += share;
      first += share * z;
      second += share * z * z;
    }
    const mean = first / total;
    slope += mean - (logits[start + (labels[i] as number)] as number);
    curvature += second / total - mean * mean;
  }
  return { slope: slope / labels.length, curvature: curvature / labels.length };
}

/** [image, class], softmax(ln p / T). @param temperature > 0 */
export function withTemperature(probabilities: Float32Array, classes: number, temperature: number): Float32Array {
  const scaled = new Float32Array(probabilities.length);
  for (let start = 0; start < probabilities.length; start += classes) {
    let most = LEAST;
    for (let k = 0; k < classes; k++) most = Math.max(most, probabilities[start + k] as number);
    let total = 0;
    for (let k = 0; k < classes; k++) {
      const share = (Math.max(LEAST, probabilities[start + k] as number) / most) ** (1 / temperature);
      scaled[start + k] = share;
      total += share;
    }
    for (let k = 0; k < classes; k++) scaled[start + k] = (scaled[start + k] as number) / total;
  }
  return scaled;
}
