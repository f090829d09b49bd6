import { argmax } from '../metrics.ts';
import type { Combine } from './spec.ts';

/** What one member says of the same images. */
export interface Opinion {
  /** [image, class] */
  probabilities: Float32Array;
  /** ≥ 0; counts in `weighted` only. */
  weight: number;
}

/**
 * One answer of several, [image, class], rows that sum to 1.
 *
 * `vote`: the class that most members think likeliest; of equally many, the one with the largest mean probability; of those, the
 * first. The rows are the shares of the votes with so little of the mean probability mixed in (less than half a vote) that
 * their largest value is that class.
 */
export function combineOpinions(combine: Combine, opinions: readonly Opinion[], classes: number): Float32Array {
  const [first] = opinions;
  if (!first) throw new RangeError('No opinions to combine.');
  if (opinions.length === 1) return first.probabilities;
  if (combine === 'weighted') return weightedMean(opinions);
  const mean = weightedMean(opinions.map(({ probabilities }) => ({ probabilities, weight: 1 })));
  return combine === 'mean' ? mean : votes(opinions, mean, classes);
}

function weightedMean(opinions: readonly Opinion[]): Float32Array {
  const total = opinions.reduce((sum, { weight }) => sum + weight, 0);
  const length = (opinions[0] as Opinion).probabilities.length;
  return Float32Array.from({ length }, (_, i) => {
    let sum = 0;
    for (const { probabilities, weight } of opinions) sum += weight * (probabilities[i] as number);
    return sum / total;
  });
}

function votes(opinions: readonly Opinion[], mean: Float32Array, classes: number): Float32Array {
  const members = opinions.length;
  const mixed = 1 / (2 * members + 2);
  const answer = mean.map((probability) => mixed * probability);
  const vote = (1 - mixed) / members;
  for (const { probabilities } of opinions) {
    for (let start = 0; start < answer.length; start += classes) {
      const choice = start + argmax(probabilities.subarray(start, start + classes));
      answer[choice] = (answer[choice] as number) + vote;
    }
  }
  return answer;
}
