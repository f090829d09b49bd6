import { judge, type Scored } from '../../evaluation/metrics/scored.ts';
import type { FindingThresholds, LabelMode } from '../../protocol/findings.ts';
import { countsOf, estimateJoint } from './confident-joint.ts';

/**
 * Images whose label is taken to be wrong.
 *
 * - `by-noise-rate`: for every two classes i ≠ j the Q_ij images labelled i with the largest p_j − p_i
 * - `by-class`: for every class i the n_i − Q_ii images labelled i with the smallest p_i
 * - `both`: those that both rules find
 * - `predicted`: the most probable class is another one
 * - `wrong-above`: another class is more probable than `wrongAbove`
 *
 * The first three are confident learning's with the joint Q; like it, they leave out images whose most probable class is their label.
 * Of images that tie at a rule's limit the first ones are taken, so that the numbers are exactly those of Q.
 * @param joint [given label, true class], of `estimateJoint`; default: made of `scored`
 * @returns [image], 1 where the label is taken to be wrong
 */
export function findLabelIssues(
  scored: Scored,
  mode: LabelMode,
  { wrongAbove }: Pick<FindingThresholds, 'wrongAbove'>,
  joint: Float64Array = estimateJoint(scored),
): Uint8Array {
  const { predicted, confidence } = judge(scored);
  const differs = Uint8Array.from(predicted, (label, i) => (label === scored.labels[i] ? 0 : 1));
  switch (mode) {
    case 'predicted':
      return differs;
    case 'wrong-above':
      return differs.map((other, i) => (other && (confidence[i] as number) > wrongAbove ? 1 : 0));
    case 'by-noise-rate':
      return bothOf(byNoiseRate(scored, joint), differs);
    case 'by-class':
      return bothOf(byClass(scored, joint), differs);
    case 'both':
      return bothOf(bothOf(byNoiseRate(scored, joint), byClass(scored, joint)), differs);
  }
}

/**
 * Images of which the classifier can't decide: their highest probability lies in the band. Such images are hard, their labels no
 * likelier to be wrong than any other.
 * @returns [image], 1 where it does
 */
export function findAmbiguous(
  scored: Scored,
  { ambiguousFrom, ambiguousTo }: Pick<FindingThresholds, 'ambiguousFrom' | 'ambiguousTo'>,
): Uint8Array {
  return Uint8Array.from(judge(scored).confidence, (p) => (p >= ambiguousFrom && p <= ambiguousTo ? 1 : 0));
}

function byNoiseRate({ classes, labels, probabilities }: Scored, joint: Float64Array): Uint8Array {
  const found = new Uint8Array(labels.length);
  const members = membersOf(labels, classes);
  for (let i = 0; i < classes; i++) {
    for (let j = 0; j < classes; j++) {
      const wanted = i === j ? 0 : (joint[i * classes + j] as number);
      if (wanted === 0) continue;
      const margin = (image: number) =>
        (probabilities[image * classes + i] as number) - (probabilities[image * classes + j] as number);
      for (const image of smallest(members[i] as number[], margin, wanted)) found[image] = 1;
    }
  }
  return found;
}

function byClass({ classes, labels, probabilities }: Scored, joint: Float64Array): Uint8Array {
  const found = new Uint8Array(labels.length);
  const counts = countsOf(labels, classes);
  membersOf(labels, classes).forEach((own, k) => {
    const wanted = (counts[k] as number) - (joint[k * classes + k] as number);
    for (const image of smallest(own, (at) => probabilities[at * classes + k] as number, wanted)) found[image] = 1;
  });
  return found;
}

function membersOf(labels: Int32Array, classes: number): number[][] {
  const members = Array.from({ length: classes }, (): number[] => []);
  labels.forEach((label, i) => {
    members[label]?.push(i);
  });
  return members;
}

function smallest(images: number[], value: (image: number) => number, count: number): number[] {
  if (count === 0) return [];
  const keyed = images.map((image) => ({ image, value: value(image) }));
  keyed.sort((a, b) => a.value - b.value || a.image - b.image);
  return keyed.slice(0, count).map(({ image }) => image);
}

function bothOf(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((value, i) => value & (b[i] as number));
}
