import { bootstrap, estimate } from '../../evaluation/metrics/bootstrap.ts';
import { calibrationError, reliability } from '../../evaluation/metrics/calibration.ts';
import { confusionPairs, mostConfused } from '../../evaluation/metrics/confusion.ts';
import { logLosses, mean } from '../../evaluation/metrics/probability.ts';
import { judge, type Scored } from '../../evaluation/metrics/scored.ts';
import { wilson } from '../../evaluation/metrics/significance.ts';
import { accuracy, averageScores, balancedAccuracy, classScores, tally } from '../../evaluation/metrics/tallies.ts';
import type { PredictionLine } from '../../evaluation/predictions-file.ts';
import type { ConfusedPair, Estimate } from '../../protocol/evaluation.ts';

/** What a model did on one split; shares are 0–1, intervals 95 %. */
export interface SplitFigures {
  split: string;
  images: number;
  /** With a Wilson interval. */
  accuracy: Estimate;
  /** With bootstrap intervals, where the predictions are known and not too many. */
  balancedAccuracy: Estimate | null;
  f1Macro: Estimate | null;
  /** Nats. */
  logLoss: Estimate | null;
  ece: number | null;
  /** In the order of the classes; empty where only the accuracy is known. */
  perClass: ClassFigures[];
  confused: ConfusedPair[];
}

export interface ClassFigures {
  images: number;
  precision: Estimate;
  recall: Estimate;
  f1: number | null;
}

const SAMPLES = 500;
/** Images × classes that are resampled: a few seconds. */
const MOST_RESAMPLED = 5e6;
const MOST_PAIRS = 10;
const noBounds = { low: null, high: null };

/** Figures of the predictions of one split. @param classes in the order of the network's outputs. */
export function figuresOf(split: string, lines: readonly PredictionLine[], classes: readonly string[]): SplitFigures {
  const scored = scoredOf(lines, classes);
  const verdicts = judge(scored);
  const tallies = tally(scored.classes, scored.labels, verdicts.predicted);
  const right = tallies.correct.reduce((sum, count) => sum + count, 0);
  const small = lines.length * classes.length <= MOST_RESAMPLED;
  const options = { samples: SAMPLES, level: 0.95, seed: 0, stratified: false, k: 1 };
  const bounds = small ? bootstrap(scored, verdicts, options).metrics : null;
  const pairs = confusionPairs(scored.classes, scored.labels, verdicts.predicted);
  return {
    split,
    images: lines.length,
    accuracy: { value: accuracy(tallies), ...wilson(right, lines.length) },
    balancedAccuracy: estimate(balancedAccuracy(tallies), bounds?.balancedAccuracy ?? noBounds),
    f1Macro: estimate(averageScores(tallies, 'macro').f1, bounds?.f1Macro ?? noBounds),
    logLoss: estimate(mean(logLosses(verdicts)), bounds?.logLoss ?? noBounds),
    ece: calibrationError(reliability(verdicts)),
    perClass: classes.map((_, k) => {
      const { precision, recall, f1 } = classScores(tallies, k);
      const correct = tallies.correct[k] as number;
      return {
        images: tallies.labelled[k] as number,
        precision: { value: precision, ...wilson(correct, tallies.predicted[k] as number) },
        recall: { value: recall, ...wilson(correct, tallies.labelled[k] as number) },
        f1,
      };
    }),
    confused: mostConfused(pairs, MOST_PAIRS),
  };
}

/** Figures of a run that knows the accuracy of its best epoch and no more. */
export function accuracyOnly(split: string, share: number, images: number): SplitFigures {
  return {
    split,
    images,
    accuracy: { value: share, ...wilson(Math.round(share * images), images) },
    balancedAccuracy: null,
    f1Macro: null,
    logLoss: null,
    ece: null,
    perClass: [],
    confused: [],
  };
}

/** Lines of a class that the model does not have are left out. */
function scoredOf(lines: readonly PredictionLine[], classes: readonly string[]): Scored {
  const places = new Map(classes.map((name, place) => [name, place]));
  const known = lines.filter(
    ({ label, probabilities }) => places.has(label) && probabilities.length === classes.length,
  );
  const probabilities = new Float32Array(known.length * classes.length);
  known.forEach((line, i) => {
    probabilities.set(line.probabilities, i * classes.length);
  });
  const labels = Int32Array.from(known, ({ label }) => places.get(label) as number);
  return { classes: classes.length, labels, probabilities };
}
