/** Probability below which a cross-entropy stops growing (Keras' epsilon). */
const LEAST_PROBABILITY = 1e-7;

export interface ClassificationResult {
  images: number;
  /** Mean cross-entropy in nats; NaN without images. */
  loss: number;
  /** 0–1; NaN without images. */
  accuracy: number;
  /** [label, class]: how often an image of `label` was taken for `class`. */
  confusion: Uint32Array[];
}

export interface ClassResult {
  /** Images with this label. */
  images: number;
  correct: number;
  /** Share of the images taken for this class that are of it; null where there were none. */
  precision: number | null;
  /** Share of its images that were recognised; null where there were none. */
  recall: number | null;
}

/** Counts predictions batch by batch. */
export class ClassificationCounter {
  readonly #confusion: Uint32Array[];
  #images = 0;
  #loss = 0;
  #correct = 0;

  constructor(classes: number) {
    this.#confusion = Array.from({ length: classes }, () => new Uint32Array(classes));
  }

  /** @param probabilities [image, class]; @param labels [image]. */
  add(probabilities: Float32Array, labels: Int32Array): void {
    const classes = this.#confusion.length;
    labels.forEach((label, i) => {
      const row = probabilities.subarray(i * classes, (i + 1) * classes);
      const predicted = argmax(row);
      const counts = this.#confusion[label] as Uint32Array;
      counts[predicted] = (counts[predicted] as number) + 1;
      this.#loss -= Math.log(Math.max(LEAST_PROBABILITY, row[label] as number));
      if (predicted === label) this.#correct++;
    });
    this.#images += labels.length;
  }

  result(): ClassificationResult {
    return {
      images: this.#images,
      loss: this.#loss / this.#images,
      accuracy: this.#correct / this.#images,
      confusion: this.#confusion,
    };
  }
}

/** Position of the largest value; the first of equal ones. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}

/** Positions of the k largest values, largest first; the first of equal ones first. */
export function topK(values: ArrayLike<number>, k: number): number[] {
  return Array.from({ length: values.length }, (_, i) => i)
    .sort((a, b) => (values[b] as number) - (values[a] as number) || a - b)
    .slice(0, k);
}

/** Of every class, from confusion counts [label, class]: its images, how many were right, images that were taken for it. */
export function classCounts(confusion: Uint32Array[]): [images: number, correct: number, taken: number][] {
  return confusion.map((row, label) => [
    row.reduce((sum, count) => sum + count, 0),
    row[label] as number,
    confusion.reduce((sum, other) => sum + (other[label] as number), 0),
  ]);
}

/** Precision and recall of every class from confusion counts [label, class]. */
export function classResults(confusion: Uint32Array[]): ClassResult[] {
  return classCounts(confusion).map(([images, correct, taken]) => {
    return { images, correct, precision: taken ? correct / taken : null, recall: images ? correct / images : null };
  });
}

/** Mean recall over the classes that have images (scikit-learn's balanced_accuracy_score); NaN without images. */
export function balancedAccuracy(confusion: Uint32Array[]): number {
  const recalls = classResults(confusion).flatMap(({ recall }) => (recall === null ? [] : [recall]));
  return average(recalls);
}

/**
 * Mean F1 over the classes that have images or were predicted (scikit-learn's f1_score with average='macro'); a class without a
 * correct image counts 0. NaN without images.
 */
export function macroF1(confusion: Uint32Array[]): number {
  const occurring = classResults(confusion).filter(({ precision, recall }) => precision !== null || recall !== null);
  return average(
    occurring.map(({ precision, recall }) =>
      precision && recall ? (2 * precision * recall) / (precision + recall) : 0,
    ),
  );
}

function average(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
