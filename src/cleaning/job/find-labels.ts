import type { LabelRow } from '../../catalogue/types.ts';
import { judge, type Scored } from '../../evaluation/metrics/scored.ts';
import { estimateJoint } from '../labels/confident-joint.ts';
import { findLabelIssues } from '../labels/find.ts';
import { noiseOf } from '../labels/noise.ts';
import { errorPrior } from '../labels/review.ts';
import { labelQuality } from '../labels/scores.ts';
import type { Search } from './search.ts';

/** Images with a label, as label models see them: positions in `Search.images`, and the classes that count. */
export interface LabelledImages {
  classes: string[];
  /** [labelled], positions in `Search.images`. */
  positions: Uint32Array;
  /** [labelled], class that counts: the journal's, else the disk's. What models learn. */
  labels: Int32Array;
  /** [labelled], class as it lies on disk (the journal's where there is none). What is judged. */
  given: Int32Array;
}

/** Out-of-fold probabilities of labelled images. */
export interface LabelProbabilities {
  /** [labelled, class] */
  probabilities: Float32Array;
  /** `5-fold probe on mobilenet-v2 (weights.pth)`. */
  how: string;
  network: string;
}

/** @param wanted positions in `Search.images` to choose from */
export function labelledAmong(images: Search['images'], wanted: Iterable<number>): LabelledImages {
  const positions = [...wanted].filter((i) => images[i]?.effectiveLabel !== null);
  const names = new Set<string>();
  for (const i of positions) {
    const image = images[i];
    names.add(image?.effectiveLabel ?? '').add(image?.label ?? image?.effectiveLabel ?? '');
  }
  const classes = [...names].sort();
  const numbers = new Map(classes.map((name, k) => [name, k]));
  const numberOf = (name: string | null | undefined) => numbers.get(name ?? '') ?? 0;
  return {
    classes,
    positions: Uint32Array.from(positions),
    labels: Int32Array.from(positions, (i) => numberOf(images[i]?.effectiveLabel)),
    given: Int32Array.from(positions, (i) => numberOf(images[i]?.label ?? images[i]?.effectiveLabel)),
  };
}

/** What the probabilities say of the labels that lie on the disk, written into the catalogue. */
export function writeLabelIssues(
  { catalogue, images, job }: Search,
  { classes, positions, given }: LabelledImages,
  { probabilities, how, network }: LabelProbabilities,
): Scored {
  const scored: Scored = { classes: classes.length, labels: given, probabilities };
  const joint = estimateJoint(scored);
  const { noise, pairs } = noiseOf(joint, classes.length);
  const nameOf = (k: number) => classes[k] as string;
  catalogue.writeLabels({
    how,
    network,
    classes,
    noise,
    pairs: pairs.map(({ given: from, actual, count }) => ({ given: nameOf(from), actual: nameOf(actual), count })),
    rows: labelRows(
      scored,
      joint,
      job.settings.thresholds,
      nameOf,
      (at) => images[positions[at] as number]?.id as number,
    ),
  });
  return scored;
}

function* labelRows(
  scored: Scored,
  joint: Float64Array,
  thresholds: Search['job']['settings']['thresholds'],
  nameOf: (k: number) => string,
  idOf: (at: number) => number,
): Generator<LabelRow> {
  const { predicted, confidence, labelProbability } = judge(scored);
  const selfConfidence = labelQuality(scored, 'self-confidence');
  const margin = labelQuality(scored, 'normalized-margin');
  const entropy = labelQuality(scored, 'confidence-weighted-entropy');
  const byNoiseRate = findLabelIssues(scored, 'by-noise-rate', thresholds, joint);
  const byClass = findLabelIssues(scored, 'by-class', thresholds, joint);
  const wrong = errorPrior(scored, joint);
  for (let at = 0; at < predicted.length; at++) {
    const isOther = predicted[at] !== scored.labels[at];
    yield {
      image: idOf(at),
      givenConfidence: labelProbability[at] as number,
      predicted: nameOf(predicted[at] as number),
      confidence: confidence[at] as number,
      selfConfidence: selfConfidence[at] as number,
      normalizedMargin: margin[at] as number,
      weightedEntropy: entropy[at] as number,
      byNoiseRate: byNoiseRate[at] === 1,
      byClass: byClass[at] === 1,
      suggested: isOther ? nameOf(predicted[at] as number) : null,
      wrong: wrong[at] as number,
      probabilities: scored.probabilities.slice(at * scored.classes, (at + 1) * scored.classes),
    };
  }
}
