import type {
  CalibrationReport,
  ClassReport,
  DuplicateReport,
  EvaluationReport,
  MetricName,
  TemperatureReport,
} from '../protocol/evaluation.ts';
import { type BootstrapOptions, bootstrap, estimate } from './metrics/bootstrap.ts';
import { calibrationError, largestCalibrationError, reliability } from './metrics/calibration.ts';
import { confusionPairs, mostConfused, similarityOrder } from './metrics/confusion.ts';
import { figuresOfRankings, figuresOfTallies } from './metrics/figures.ts';
import { brierScores, logLosses, mean, topKAccuracy } from './metrics/probability.ts';
import { averageRoc, type ClassRanking, rankClasses } from './metrics/ranking.ts';
import { judge, type Scored, type Verdicts } from './metrics/scored.ts';
import { wilson } from './metrics/significance.ts';
import { findSlices, MINIMUM_SLICE, type Slice, type SliceFacts } from './metrics/slices.ts';
import { classScores, type Tallies, tally } from './metrics/tallies.ts';
import { fitTemperature, withTemperature } from './metrics/temperature.ts';

/** An evaluated image: what slices are cut by, and its content's hash. */
export interface EvaluatedImage extends SliceFacts {
  hash: string;
}

export interface ReportInput {
  classes: string[];
  scored: Scored;
  /** [image] */
  images: EvaluatedImage[];
  /** Held-out images that a temperature is fitted on; null: those measured here. */
  heldOut: Scored | null;
  options: BootstrapOptions;
}

export type MeasuredReport = Omit<EvaluationReport, 'cost' | 'alternatives' | 'used' | 'notes'>;

export interface Measured {
  report: MeasuredReport;
  verdicts: Verdicts;
  slices: Slice[];
}

const WORST = 200;
const PAIRS = 100;
const CURVE_POINTS = 100;
/** Curves of more classes would make the report larger than anybody looks at. */
const MOST_CURVES = 200;

/** Everything that the probabilities of labelled images tell. */
export function measure({ classes, scored, images, heldOut, options }: ReportInput): Measured {
  const verdicts = judge(scored);
  const tallies = tally(scored.classes, scored.labels, verdicts.predicted);
  const rankings = rankClasses(scored, CURVE_POINTS);
  const resampled = bootstrap(scored, verdicts, options);
  const values = metricValues(scored, verdicts, tallies, rankings, options.k);
  const confusion = confusionPairs(scored.classes, scored.labels, verdicts.predicted);
  const correct = Array.from(verdicts.rank, (place) => place === 0);
  const slices = findSlices(images, correct);
  const curves = rankings.flatMap((ranking) => ranking.curves ?? []);
  const report: MeasuredReport = {
    version: 1,
    classes,
    images: images.length,
    k: options.k,
    metrics: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, estimate(value, resampled.metrics[name as MetricName])]),
    ) as EvaluationReport['metrics'],
    perClass: classes.map((_, k): ClassReport => {
      const { precision, recall, f1 } = classScores(tallies, k);
      const { auc, averagePrecision, curves: own } = rankings[k] as ClassRanking;
      const bounds = resampled.classes;
      return {
        images: tallies.labelled[k] as number,
        predicted: tallies.predicted[k] as number,
        correct: tallies.correct[k] as number,
        precision: estimate(precision, bounds.precision[k] ?? none),
        recall: estimate(recall, bounds.recall[k] ?? none),
        f1: estimate(f1, bounds.f1[k] ?? none),
        rocAuc: estimate(auc, bounds.rocAuc[k] ?? none),
        averagePrecision: estimate(averagePrecision, bounds.averagePrecision[k] ?? none),
        curves: classes.length <= MOST_CURVES ? rounded(own) : null,
      };
    }),
    macroRoc: curves.length ? rounded(averageRoc(curves, CURVE_POINTS)) : null,
    confusion,
    similarityOrder: similarityOrder(classes.length, confusion),
    confusedPairs: mostConfused(confusion, PAIRS),
    calibration: calibrationOf(scored, verdicts),
    temperature: temperatureOf(scored, heldOut),
    worst: worstOf(verdicts),
    slices: slices.map(({ members, ...slice }) => slice),
    minimumSlice: MINIMUM_SLICE,
    duplicates: withoutDuplicates(images, correct),
    intervals: {
      level: options.level,
      samples: options.samples,
      rankingSamples: resampled.rankingSamples,
      stratified: options.stratified,
      seed: options.seed,
    },
  };
  return { report, verdicts, slices };
}

const none = { low: null, high: null };

function metricValues(
  scored: Scored,
  verdicts: Verdicts,
  tallies: Tallies,
  rankings: ClassRanking[],
  k: number,
): Record<MetricName, number | null> {
  const aucs = rankings.map(({ auc }) => auc);
  const precisions = rankings.map(({ averagePrecision }) => averagePrecision);
  return {
    ...figuresOfTallies(tallies),
    ...figuresOfRankings(aucs, precisions, tallies.labelled),
    topK: topKAccuracy(verdicts, k),
    logLoss: mean(logLosses(verdicts)),
    brier: mean(brierScores(scored)),
    ece: calibrationError(reliability(verdicts)),
  };
}

function calibrationOf(scored: Scored, verdicts = judge(scored)): CalibrationReport {
  const bins = reliability(verdicts);
  return {
    bins,
    ece: calibrationError(bins),
    mce: largestCalibrationError(bins),
    logLoss: mean(logLosses(verdicts)),
    brier: mean(brierScores(scored)),
  };
}

function temperatureOf(scored: Scored, heldOut: Scored | null): TemperatureReport | null {
  const fitted = heldOut ?? scored;
  if (fitted.labels.length === 0 || scored.labels.length === 0) return null;
  const temperature = fitTemperature(fitted);
  const probabilities = withTemperature(scored.probabilities, scored.classes, temperature);
  return {
    temperature,
    fittedOn: heldOut ? 'validation' : 'same',
    images: fitted.labels.length,
    after: calibrationOf({ ...scored, probabilities }),
  };
}

/** Wrong ones with the least probability for their label first; right ones that were nearly wrong after them. */
function worstOf({ labelProbability }: Verdicts): number[] {
  return [...labelProbability.keys()]
    .sort((a, b) => (labelProbability[a] as number) - (labelProbability[b] as number) || a - b)
    .slice(0, WORST);
}

function withoutDuplicates(images: readonly EvaluatedImage[], correct: readonly boolean[]): DuplicateReport {
  const seen = new Set<string>();
  let duplicates = 0;
  let right = 0;
  let kept = 0;
  images.forEach(({ hash, inTraining }, i) => {
    if (seen.has(hash)) duplicates++;
    else if (!inTraining) {
      kept++;
      if (correct[i]) right++;
    }
    seen.add(hash);
  });
  const known = images.some(({ inTraining }) => inTraining !== null);
  return {
    duplicates,
    inTraining: known ? images.filter(({ inTraining }) => inTraining).length : null,
    images: kept,
    accuracy: { value: kept ? right / kept : null, ...wilson(right, kept) },
  };
}

/** Curves are looked at: five digits are enough, and a third of the size. */
function rounded<Curves extends object>(curves: Curves): Curves;
function rounded<Curves extends object>(curves: Curves | null): Curves | null;
function rounded<Curves extends object>(curves: Curves | null): Curves | null {
  if (!curves) return null;
  return Object.fromEntries(
    Object.entries(curves).map(([name, values]) => [
      name,
      (values as number[]).map((value) => Number(value.toFixed(5))),
    ]),
  ) as Curves;
}
