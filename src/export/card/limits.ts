import type { CardFacts } from './facts.ts';
import { sum } from './facts.ts';
import type { SplitFigures } from './figures.ts';
import { code } from './markdown.ts';

/** A class with fewer training images than this is named. */
const FEW_IMAGES = 20;
/** Largest class over smallest. */
const UNEVEN = 10;
/** With fewer images a 95 % interval is wider than ±10 points. */
const FEW_HELD_OUT = 100;
const BADLY_CALIBRATED = 0.05;
const MOST_NAMES = 8;

/** What whoever uses the model should know, each as one sentence of Markdown. */
export function limitsOf(facts: CardFacts): string[] {
  const { labels, counts, figures, skipped, preprocess, run, end } = facts;
  const [best] = figures;
  const train = counts.train;
  const most = Math.max(...train);
  const least = Math.min(...train);
  const few = labels.filter((_, i) => (train[i] as number) < FEW_IMAGES);
  const limits = [
    `Every image gets one of these ${labels.length} classes, also one that shows none of them.`,
    `It sees ${preprocess.width} × ${preprocess.height} pixels${preprocess.color === 'grey' ? ' without colour' : ''}: finer detail is lost.`,
    ...figureLimits(facts, best),
    ...(few.length > 0
      ? [`Fewer than ${FEW_IMAGES} training images: ${names(few)}. What it learned of them is little.`]
      : []),
    ...(least > 0 && most / least >= UNEVEN
      ? [`The classes are uneven: the largest has ${Math.round(most / least)} times the images of the smallest.`]
      : []),
    ...(skipped.length > 0
      ? [`Left out as unusable: ${skipped.map(({ cause, count }) => `${count} ${cause}`).join(', ')}.`]
      : []),
  ];
  if (end === null || end === 'stopped') {
    limits.push(`The training was not finished: it came to epoch ${run.epoch} of ${run.epochs}.`);
  }
  return limits;
}

function figureLimits({ counts, labels }: CardFacts, best: SplitFigures | undefined): string[] {
  if (!best) return ['Nothing was held out to measure it on: how good it is on new images is not known.'];
  const limits: string[] = [];
  if (sum(counts.test) === 0) {
    limits.push(
      'The validation images also chose the best epoch, so its figures are a little too good. There is no test set.',
    );
  }
  if (best.images < FEW_HELD_OUT) {
    limits.push(`Measured on ${best.images} images only: differences of a few points mean nothing.`);
  }
  if (best.ece !== null && best.ece > BADLY_CALIBRATED) {
    limits.push(
      `Its probabilities are off by ${(best.ece * 100).toFixed(1)} points on average (expected calibration error): take them as a ranking.`,
    );
  }
  const weak = labels.filter((_, i) => {
    const recall = best.perClass[i]?.recall;
    return recall?.high !== null && recall?.high !== undefined && recall.high < (best.accuracy.value ?? 0);
  });
  if (weak.length > 0) limits.push(`Recognised clearly less often than the rest: ${names(weak)}.`);
  return limits;
}

function names(labels: readonly string[]): string {
  const shown = labels.slice(0, MOST_NAMES).map(code).join(', ');
  return labels.length > MOST_NAMES ? `${shown} and ${labels.length - MOST_NAMES} more` : shown;
}
