import type { MetricName } from '../../protocol/evaluation.ts';

/** Every metric of a report, in the order in which they are told. */
export const metricNames: readonly MetricName[] = [
  'accuracy',
  'balancedAccuracy',
  'topK',
  'precisionMacro',
  'recallMacro',
  'f1Macro',
  'precisionMicro',
  'recallMicro',
  'f1Micro',
  'precisionWeighted',
  'recallWeighted',
  'f1Weighted',
  'rocAucMacro',
  'rocAucWeighted',
  'averagePrecisionMacro',
  'averagePrecisionWeighted',
  'logLoss',
  'brier',
  'ece',
  'kappa',
  'mcc',
];
