import type { Neighbours } from '../../evaluation/probes/nearest.ts';
import { quantile } from '../../quantile.ts';

/** Neighbours whose mean distance says how far an image is from the others. */
export const OUTLIER_NEIGHBOURS = 10;

/** Mean cosine distance of each image to its 10 nearest others (fewer, where there are fewer); NaN: it has none. [image] */
export function neighbourDistances({ positions, similarities, k }: Neighbours): Float64Array {
  const used = Math.min(k, OUTLIER_NEIGHBOURS);
  return Float64Array.from({ length: positions.length / k }, (_, i) => {
    let sum = 0;
    let count = 0;
    for (let at = i * k; at < i * k + used && (positions[at] as number) >= 0; at++, count++) {
      sum += 1 - (similarities[at] as number);
    }
    return count > 0 ? Math.max(0, sum / count) : Number.NaN;
  });
}

/** Distance above which an image is an outlier: Q3 + `ranges` · IQR, quartiles by linear interpolation. @param distances [image] */
export function outlierLimit(distances: Float64Array, ranges: number): number {
  const sorted = distances.filter((distance) => !Number.isNaN(distance)).sort();
  if (sorted.length === 0) return Number.POSITIVE_INFINITY;
  const [first, third] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  return third + ranges * (third - first);
}
