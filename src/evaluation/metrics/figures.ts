import type { MetricName } from '../../protocol/evaluation.ts';
import { averageOver } from './ranking.ts';
import { accuracy, averageScores, balancedAccuracy, cohensKappa, matthews, type Tallies } from './tallies.ts';

type Figures<Name extends MetricName> = Record<Name, number | null>;

type RankingMetric = 'rocAucMacro' | 'rocAucWeighted' | 'averagePrecisionMacro' | 'averagePrecisionWeighted';
type TallyMetric = Exclude<MetricName, RankingMetric | 'topK' | 'logLoss' | 'brier' | 'ece'>;

/** What follows from the counts of each class alone. */
export function figuresOfTallies(tallies: Tallies): Figures<TallyMetric> {
  const macro = averageScores(tallies, 'macro');
  const micro = averageScores(tallies, 'micro');
  const weighted = averageScores(tallies, 'weighted');
  return {
    accuracy: accuracy(tallies),
    balancedAccuracy: balancedAccuracy(tallies),
    precisionMacro: macro.precision,
    recallMacro: macro.recall,
    f1Macro: macro.f1,
    precisionMicro: micro.precision,
    recallMicro: micro.recall,
    f1Micro: micro.f1,
    precisionWeighted: weighted.precision,
    recallWeighted: weighted.recall,
    f1Weighted: weighted.f1,
    kappa: cohensKappa(tallies),
    mcc: matthews(tallies),
  };
}

/**
 * Averages over the classes.
 * @param aucs [class], one-vs-rest; null where the class or the rest has no images
 * @param precisions [class], average precision; null likewise
 * @param labelled [class], images with this label
 */
export function figuresOfRankings(
  aucs: readonly (number | null)[],
  precisions: readonly (number | null)[],
  labelled: Float64Array,
): Figures<RankingMetric> {
  return {
    rocAucMacro: averageOver(aucs),
    rocAucWeighted: averageOver(aucs, labelled),
    averagePrecisionMacro: averageOver(precisions),
    averagePrecisionWeighted: averageOver(precisions, labelled),
  };
}
