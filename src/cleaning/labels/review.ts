import type { Scored } from '../../evaluation/metrics/scored.ts';
import { countsOf } from './confident-joint.ts';

/** What a human said of each label: 1 wrong, 0 right, −1 nothing yet. [image] */
export type Decisions = Int8Array;

/** Prior of the correction: how far level and slope of the log-odds are expected to be off. */
const LEVEL_DEVIATION = 1.5;
const SLOPE_DEVIATION = 0.5;
const NEWTON_STEPS = 50;
const LEAST = 1e-9;

/**
 * How probable it is that each label is wrong, before anybody looked: 1 − p_y, its log-odds shifted for every class so that the
 * probabilities of the images labelled k sum to the n_k − Q_kk errors of the joint (at least half an image, at most all but half of one).
 * @param joint [given label, true class], of `estimateJoint`
 * @returns [image], 0–1
 */
export function errorPrior({ classes, labels, probabilities }: Scored, joint: Float64Array): Float64Array {
  const odds = Float64Array.from(labels, (label, i) => logit(1 - (probabilities[i * classes + label] as number)));
  const counts = countsOf(labels, classes);
  const shifts = Array.from(counts, (count, k) => {
    const own = odds.filter((_, i) => labels[i] === k);
    const wanted = Math.min(count - 0.5, Math.max(0.5, count - (joint[k * classes + k] as number)));
    return shiftToSum(own, wanted);
  });
  return odds.map((value, i) => sigmoid(value + (shifts[labels[i] as number] as number)));
}

/**
 * The same after some labels were decided. The log-odds of the prior are corrected by a level a and a slope b,
 * logit r = a + b · logit p, which are the most probable ones of a logistic regression on what was decided, with a ~ N(0, 1.5²) and
 * b ~ N(1, 0.5²): without decisions r = p, with many of them the prior's scale no longer matters. A decided label is 0 or 1.
 * @param prior [image], of `errorPrior`
 * @returns [image], 0–1
 */
export function errorRates(prior: Float64Array, decisions: Decisions): Float64Array {
  const odds = prior.map(logit);
  const decided = [...decisions.keys()].filter((i) => decisions[i] !== -1);
  const { level, slope } = fitCorrection(
    decided.map((i) => odds[i] as number),
    decided.map((i) => decisions[i] as number),
  );
  return odds.map((value, i) => (decisions[i] === -1 ? sigmoid(level + slope * value) : (decisions[i] as number)));
}

export interface ReviewEstimate {
  /** Images that the budget covers. */
  budget: number;
  /** Wrong labels expected among those of them that are not decided yet. */
  errors: number;
  /** Of the budget: images decided, and those of them with a wrong label. */
  decided: number;
  confirmedWrong: number;
}

/**
 * What a review of the `budget` most suspicious images brings.
 * @param rates [image], of `errorRates`
 * @param order positions, the most suspicious first
 */
export function estimateReview(
  rates: Float64Array,
  decisions: Decisions,
  order: Uint32Array,
  budget: number,
): ReviewEstimate {
  const reviewed = order.subarray(0, budget);
  const estimate: ReviewEstimate = { budget: reviewed.length, errors: 0, decided: 0, confirmedWrong: 0 };
  for (const i of reviewed) {
    if (decisions[i] === -1) estimate.errors += rates[i] as number;
    else estimate.decided++;
    if (decisions[i] === 1) estimate.confirmedWrong++;
  }
  return estimate;
}

/** Wrong labels expected among all images that are not decided yet. */
export function errorsRemaining(rates: Float64Array, decisions: Decisions): number {
  return rates.reduce((sum, rate, i) => (decisions[i] === -1 ? sum + rate : sum), 0);
}

function shiftToSum(odds: Float64Array, wanted: number): number {
  if (odds.length === 0) return 0;
  let [low, high] = [-60, 60];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (odds.reduce((sum, value) => sum + sigmoid(value + middle), 0) < wanted) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Newton's method; the prior makes the objective strictly convex. */
function fitCorrection(odds: number[], wrong: number[]): { level: number; slope: number } {
  let [level, slope] = [0, 1];
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [ga, gb] = [level / LEVEL_DEVIATION ** 2, (slope - 1) / SLOPE_DEVIATION ** 2];
    let [haa, hab, hbb] = [1 / LEVEL_DEVIATION ** 2, 0, 1 / SLOPE_DEVIATION ** 2];
    for (const [i, x] of odds.entries()) {
      const r = sigmoid(level + slope * x);
      const weight = r * (1 - r);
      ga += r - (wrong[i] as number);
      gb += (r - (wrong[i] as number)) * x;
      haa += weight;
      hab += weight * x;
      hbb += weight * x * x;
    }
    const determinant = haa * hbb - hab * hab;
    const [da, db] = [(hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant];
    level -= da;
    slope -= db;
    if (Math.abs(da) + Math.abs(db) < 1e-10) break;
  }
  return { level, slope: Math.max(0, slope) };
}

function logit(p: number): number {
  const inside = Math.min(1 - LEAST, Math.max(LEAST, p));
  return Math.log(inside / (1 - inside));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
