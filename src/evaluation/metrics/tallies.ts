/** Of each class: all that accuracy, precision, recall, F1, kappa and Matthews' coefficient depend on. */
export interface Tallies {
  images: number;
  /** [class], images with this label. */
  labelled: Float64Array;
  /** [class], images taken for this class. */
  predicted: Float64Array;
  /** [class], images with this label taken for it. */
  correct: Float64Array;
}

export type Average = 'macro' | 'micro' | 'weighted';

export interface PrecisionRecall {
  precision: number | null;
  recall: number | null;
  f1: number | null;
}

export function emptyTallies(classes: number): Tallies {
  return {
    images: 0,
    labelled: new Float64Array(classes),
    predicted: new Float64Array(classes),
    correct: new Float64Array(classes),
  };
}

export function tally(classes: number, labels: ArrayLike<number>, predicted: ArrayLike<number>): Tallies {
  const tallies = emptyTallies(classes);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    const guess = predicted[i] as number;
    (tallies.labelled[label] as number) += 1;
    (tallies.predicted[guess] as number) += 1;
    if (label === guess) (tallies.correct[label] as number) += 1;
  }
  tallies.images = labels.length;
  return tallies;
}

/** Share of images taken for their own class; null without images. */
export function accuracy({ images, correct }: Tallies): number | null {
  return images ? sum(correct) / images : null;
}

/** Mean recall over the classes that have images; null without images. */
export function balancedAccuracy({ labelled, correct }: Tallies): number | null {
  let total = 0;
  let classes = 0;
  for (let k = 0; k < labelled.length; k++) {
    const images = labelled[k] as number;
    if (images === 0) continue;
    total += (correct[k] as number) / images;
    classes++;
  }
  return classes ? total / classes : null;
}

/**
 * Of one class. Precision is null where no image was taken for it, recall where it has none, F1 where both is so.
 * F1 = 2·tp / (labelled + predicted).
 */
export function classScores({ labelled, predicted, correct }: Tallies, k: number): PrecisionRecall {
  const right = correct[k] as number;
  const own = labelled[k] as number;
  const taken = predicted[k] as number;
  return {
    precision: taken ? right / taken : null,
    recall: own ? right / own : null,
    f1: own + taken ? (2 * right) / (own + taken) : null,
  };
}

/**
 * Over the classes that occur among labels or predictions; what is undefined of one of them counts as 0 (both as scikit-learn
 * has it by default). `micro` is the accuracy; `weighted` weighs by the number of images. Null without images.
 */
export function averageScores(tallies: Tallies, average: Average): PrecisionRecall {
  const { images, labelled, predicted } = tallies;
  if (!images) return { precision: null, recall: null, f1: null };
  if (average === 'micro') {
    const share = accuracy(tallies);
    return { precision: share, recall: share, f1: share };
  }
  let precision = 0;
  let recall = 0;
  let f1 = 0;
  let weights = 0;
  for (let k = 0; k < labelled.length; k++) {
    const own = labelled[k] as number;
    if (own + (predicted[k] as number) === 0) continue;
    const weight = average === 'macro' ? 1 : own;
    const scores = classScores(tallies, k);
    precision += weight * (scores.precision ?? 0);
    recall += weight * (scores.recall ?? 0);
    f1 += weight * (scores.f1 ?? 0);
    weights += weight;
  }
  return { precision: precision / weights, recall: recall / weights, f1: f1 / weights };
}

/** Cohen's kappa; null without images or where chance alone gives full agreement (one class). */
export function cohensKappa(tallies: Tallies): number | null {
  const { images, labelled, predicted, correct } = tallies;
  if (!images) return null;
  const agreed = sum(correct) / images;
  const chance = dot(labelled, predicted) / images ** 2;
  return chance === 1 ? null : (agreed - chance) / (1 - chance);
}

/** Matthews' correlation coefficient for several classes (Gorodkin 2004); 0 where labels or predictions are of one class. */
export function matthews(tallies: Tallies): number | null {
  const { images, labelled, predicted, correct } = tallies;
  if (!images) return null;
  const covariance = sum(correct) * images - dot(labelled, predicted);
  const spread = (images ** 2 - dot(predicted, predicted)) * (images ** 2 - dot(labelled, labelled));
  return spread === 0 ? 0 : covariance / Math.sqrt(spread);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}
