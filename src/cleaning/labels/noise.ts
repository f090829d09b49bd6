/** Images with the label `given` that are really of the class `actual`, by estimate. */
export interface NoisePair {
  given: number;
  actual: number;
  count: number;
  /** Of the images labelled `given`, 0–1. */
  share: number;
}

export interface LabelNoise {
  /** Share of wrong labels, 0–1. */
  noise: number;
  errors: number;
  /** Pairs with any errors, the most first. */
  pairs: NoisePair[];
}

/** What a joint says about the labels as a whole. @param joint [given label, true class], whole numbers */
export function noiseOf(joint: Float64Array, classes: number): LabelNoise {
  const pairs: NoisePair[] = [];
  let total = 0;
  let errors = 0;
  for (let given = 0; given < classes; given++) {
    const row = joint.subarray(given * classes, (given + 1) * classes);
    const images = row.reduce((sum, count) => sum + count, 0);
    total += images;
    row.forEach((count, actual) => {
      if (actual === given || count === 0) return;
      errors += count;
      pairs.push({ given, actual, count, share: count / images });
    });
  }
  pairs.sort((a, b) => b.count - a.count || a.given - b.given || a.actual - b.actual);
  return { noise: total === 0 ? 0 : errors / total, errors, pairs };
}
