import { dot } from './suggest.ts';

/** So much does an image count of which the model is certain: far from everything, it may still be of a class nobody knows. */
const LEAST_UNCERTAINTY = 0.05;
/** Images that are chosen one by one; those after them are too many for anybody to get to. */
const MOST_CHOSEN = 500;

/** How unsure a model is: 1 − (highest − second highest probability), 0–1 (margin sampling, Scheffer et al. 2001). */
export function marginUncertainty(probabilities: ArrayLike<number>): number {
  let [first, second] = [0, 0];
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i] as number;
    if (p > first) [first, second] = [p, first];
    else if (p > second) second = p;
  }
  return Math.min(1, Math.max(0, 1 - (first - second)));
}

/**
 * The most useful images to label first: each next one has the largest product of the model's uncertainty and the distance to all that
 * is labelled or was chosen before (the k-center choice of Sener & Savarese 2018, weighted), so that neither what the model knows nor
 * ten copies of one image come first.
 * @param uncertainty [image], 0–1
 * @param features [image, size], rows of length 1
 * @param distance [image], to the nearest labelled image; with nothing labelled: ∞
 * @returns [image], positions, the most useful first
 */
export function usefulOrder(
  uncertainty: ArrayLike<number>,
  features: Float32Array,
  size: number,
  distance: ArrayLike<number>,
): Uint32Array {
  const images = uncertainty.length;
  const nearest = Float64Array.from({ length: images }, (_, i) => Math.min(2, distance[i] as number));
  const weight = (i: number) => (LEAST_UNCERTAINTY + (uncertainty[i] as number)) * (nearest[i] as number);
  const open = new Set(Array.from({ length: images }, (_, i) => i));
  const order: number[] = [];
  while (order.length < Math.min(images, MOST_CHOSEN)) {
    let best = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const i of open) {
      const value = weight(i);
      if (value > most) [best, most] = [i, value];
    }
    order.push(best);
    open.delete(best);
    for (const i of open) {
      const apart = Math.max(0, 1 - dot(features, i, features, best, size));
      if (apart < (nearest[i] as number)) nearest[i] = apart;
    }
  }
  const rest = [...open].sort((a, b) => weight(b) - weight(a) || a - b);
  return Uint32Array.from([...order, ...rest]);
}
