import type { Verdicts } from './scored.ts';

/** Guo et al. 2017, "On Calibration of Modern Neural Networks". */
export const CALIBRATION_BINS = 15;

export interface ReliabilityBin {
  /** Confidences in (from, to]. */
  from: number;
  to: number;
  images: number;
  /** Means over the bin's images; null without any. */
  confidence: number | null;
  accuracy: number | null;
}

/** The bin of a confidence 0–1: of equal width, closed above (0 belongs to the first). */
export function binOf(confidence: number, bins: number): number {
  return Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
}

export function reliability(
  verdicts: Pick<Verdicts, 'confidence' | 'rank'>,
  bins = CALIBRATION_BINS,
): ReliabilityBin[] {
  const images = new Float64Array(bins);
  const confidence = new Float64Array(bins);
  const correct = new Float64Array(bins);
  verdicts.confidence.forEach((value, i) => {
    const at = binOf(value, bins);
    (images[at] as number) += 1;
    (confidence[at] as number) += value;
    if (verdicts.rank[i] === 0) (correct[at] as number) += 1;
  });
  return Array.from(images, (count, at) => ({
    from: at / bins,
    to: (at + 1) / bins,
    images: count,
    confidence: count ? (confidence[at] as number) / count : null,
    accuracy: count ? (correct[at] as number) / count : null,
  }));
}

/** Expected calibration error: mean |accuracy − confidence| of the bins, weighted by images; null without images. */
export function calibrationError(bins: readonly ReliabilityBin[]): number | null {
  const total = bins.reduce((sum, bin) => sum + bin.images, 0);
  if (!total) return null;
  return bins.reduce((sum, bin) => sum + bin.images * gap(bin), 0) / total;
}

/** Largest |accuracy − confidence| of any bin; null without images. */
export function largestCalibrationError(bins: readonly ReliabilityBin[]): number | null {
  return bins.some((bin) => bin.images) ? Math.max(...bins.map(gap)) : null;
}

function gap({ accuracy, confidence }: ReliabilityBin): number {
  return Math.abs((accuracy ?? 0) - (confidence ?? 0));
}
