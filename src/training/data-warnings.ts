import type { WarningEvent } from '../protocol/events.ts';

export interface DataCounts {
  classes: string[];
  /** Images of each class. */
  train: number[];
  validation: number[];
  batchSize: number;
}

const FEW_IMAGES = 20;
const IMBALANCE = 10;
/** Classes named in a message. */
const NAMED = 5;

/** What about the data may spoil a run, in words. */
export function dataWarnings({ classes, train, validation, batchSize }: DataCounts): WarningEvent[] {
  const warnings: WarningEvent[] = [];
  const warn = (code: string, message: string) => warnings.push({ kind: 'warning', code, message });
  const images = sum(train);
  const few = classes.filter((_, label) => (train[label] as number) < FEW_IMAGES);
  if (few.length) {
    warn(
      'few-images',
      `${named(few)} ${few.length === 1 ? 'has' : 'have'} fewer than ${FEW_IMAGES} training images: the figures will depend much on chance.`,
    );
  }
  if (sum(validation) === 0) {
    warn(
      'no-validation',
      'No images are held out for validation: nothing shows whether the model learns more than its examples.',
    );
  } else {
    const missing = classes.filter((_, label) => validation[label] === 0);
    if (missing.length)
      warn(
        'class-missing-in-validation',
        `No validation image of ${named(missing)}: the figures say nothing about it.`,
      );
  }
  const largest = Math.max(...train);
  const smallest = Math.min(...train);
  if (smallest > 0 && largest > IMBALANCE * smallest) {
    const most = classes[train.indexOf(largest)] as string;
    const least = classes[train.indexOf(smallest)] as string;
    warn(
      'imbalance',
      `“${most}” has ${largest} training images and “${least}” ${smallest}: accuracy will mostly speak of the larger classes. training.classWeights, training.sampling or the recipe “imbalanced” help.`,
    );
  }
  if (batchSize > images) {
    warn(
      'batch-larger-than-data',
      `The batch size ${batchSize} is larger than the training set: every step takes all ${images} images.`,
    );
  }
  return warnings;
}

/** Images of each class. */
export function countLabels(labels: Iterable<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  return counts;
}

function named(classes: string[]): string {
  const shown = classes
    .slice(0, NAMED)
    .map((name) => `“${name}”`)
    .join(', ');
  return classes.length > NAMED ? `${shown} and ${classes.length - NAMED} more classes` : shown;
}

function sum(counts: number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
