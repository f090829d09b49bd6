import type { RunPredictions } from '../../evaluation/paired-predictions.ts';
import { compareRuns, type SeededRun, type Significance } from '../../evaluation/significance.ts';
import { describeVerdict } from '../../evaluation/verdict.ts';
import type { PayoffArm, PayoffChange } from '../../protocol/payoff.ts';
import { imageKey, type PayoffData } from './plan.ts';

export interface PredictedRun {
  arm: PayoffArm;
  seed: number;
  folder: string;
  predictions: RunPredictions;
}

/**
 * How accuracy changed between the arms, on the same held-out images with the labels that the edits say, whatever label a run itself had
 * for them.
 */
export function measureChange(
  runs: readonly PredictedRun[],
  { truth, verified }: Pick<PayoffData, 'truth' | 'verified'>,
): { heldOut: PayoffChange | null; verified: PayoffChange | null } {
  return {
    heldOut: changeOn(runs, truth),
    verified: changeOn(runs, new Map([...truth].filter(([key]) => verified.has(key)))),
  };
}

function changeOn(runs: readonly PredictedRun[], truth: ReadonlyMap<string, string>): PayoffChange | null {
  const of = (arm: PayoffArm) => runs.filter((run) => run.arm === arm).map((run) => judged(run, truth));
  const result = compareRuns(of('before'), of('after'));
  return result && describe(result);
}

/** The run's predictions of those images, beside their true labels. */
function judged({ seed, folder, predictions }: PredictedRun, truth: ReadonlyMap<string, string>): SeededRun {
  const lines = predictions.lines.flatMap((line) => {
    const label = line.split === 'test' ? truth.get(imageKey(line)) : undefined;
    return label === undefined ? [] : [{ ...line, label }];
  });
  return { id: folder, seed, classes: predictions.classes, lines };
}

function describe(result: Significance): PayoffChange {
  const { a, b, difference, interval } = result.metrics.accuracy;
  const names = { a: 'the one before', b: 'the training after cleaning', comparisons: 1 };
  const text = describeVerdict(result, names);
  return {
    images: result.images,
    before: a,
    after: b,
    difference,
    interval,
    p: result.p,
    verdict: result.verdict,
    text: text.charAt(0).toUpperCase() + text.slice(1),
  };
}
