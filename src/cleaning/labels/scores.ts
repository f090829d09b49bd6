import type { Scored } from '../../evaluation/metrics/scored.ts';
import type { LabelScore } from '../../protocol/findings.ts';

const LEAST = 1e-12;

/**
 * How well each image's label fits, 0–1: small is suspicious.
 *
 * - `self-confidence`: p_y
 * - `normalized-margin`: (p_y − max_{k≠y} p_k + 1) / 2
 * - `confidence-weighted-entropy`: ln(1 + e) / e with e = H / (ln K · p_y)
 *
 * @returns [image]
 */
export function labelQuality(scored: Scored, score: LabelScore): Float64Array {
  const { classes, labels, probabilities } = scored;
  const rule = rules[score];
  return Float64Array.from(labels, (label, i) => rule(probabilities.subarray(i * classes, (i + 1) * classes), label));
}

/** Positions of the images by falling suspicion: the smallest score first, of equal ones the first. @param quality [image] */
export function rankBySuspicion(quality: Float64Array): Uint32Array {
  return Uint32Array.from(quality.keys()).sort((a, b) => (quality[a] as number) - (quality[b] as number) || a - b);
}

const rules: Record<LabelScore, (row: Float32Array, label: number) => number> = {
  'self-confidence': (row, label) => row[label] as number,
  'normalized-margin': (row, label) => {
    let other = 0;
    for (let k = 0; k < row.length; k++) if (k !== label && (row[k] as number) > other) other = row[k] as number;
    return ((row[label] as number) - other + 1) / 2;
  },
  'confidence-weighted-entropy': (row, label) => {
    const e = normalizedEntropy(row) / Math.max(LEAST, row[label] as number);
    return e < LEAST ? 1 : Math.log1p(e) / e;
  },
};

function normalizedEntropy(row: Float32Array): number {
  let entropy = 0;
  for (const p of row) if (p > 0) entropy -= p * Math.log(p);
  return Math.max(0, entropy) / Math.log(row.length);
}
