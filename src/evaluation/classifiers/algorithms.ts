import type { Algorithm } from './classifier.ts';
import { randomForest } from './forest/random-forest.ts';
import { logisticRegression } from './logistic-regression.ts';
import { nearestNeighbourVote } from './nearest-neighbours.ts';
import { linearMachine, radialMachine } from './svm/support-vectors.ts';

export const algorithms: readonly Algorithm[] = [
  logisticRegression,
  linearMachine,
  radialMachine,
  nearestNeighbourVote,
  randomForest,
];
