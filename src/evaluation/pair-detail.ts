import path from 'node:path';
import type { DisputedImage, PairDetail } from '../protocol/compare.ts';
import type { PairedPredictions } from './paired-predictions.ts';

/**
 * Two runs image by image: their confusions, and the images that one of them alone has right.
 * @param most images of each kind; those on which the two are furthest apart come first
 */
export function pairDetail(
  pair: PairedPredictions,
  { a, b, root, most }: { a: string; b: string; root: string; most: number },
): PairDetail {
  const won = disputed(pair, root, (rightA, rightB) => rightB && !rightA, 1);
  const lost = disputed(pair, root, (rightA, rightB) => rightA && !rightB, -1);
  return {
    a,
    b,
    images: pair.images.length,
    classes: pair.classes,
    confusionA: confusionOf(pair, pair.predictedA),
    confusionB: confusionOf(pair, pair.predictedB),
    won: won.slice(0, most),
    lost: lost.slice(0, most),
    wonCount: won.length,
    lostCount: lost.length,
  };
}

function disputed(
  pair: PairedPredictions,
  root: string,
  wanted: (rightA: boolean, rightB: boolean) => boolean,
  sign: 1 | -1,
): DisputedImage[] {
  const images: DisputedImage[] = [];
  for (const [i, { path: name, hash, label }] of pair.images.entries()) {
    const [predictedA, predictedB] = [pair.predictedA[i] as number, pair.predictedB[i] as number];
    if (!wanted(predictedA === pair.label[i], predictedB === pair.label[i])) continue;
    images.push({
      path: path.resolve(root, name),
      name,
      hash,
      label,
      predictedA: pair.classes[predictedA] ?? '',
      predictedB: pair.classes[predictedB] ?? '',
      ofLabelA: pair.ofLabelA[i] as number,
      ofLabelB: pair.ofLabelB[i] as number,
    });
  }
  const gain = (image: DisputedImage) => sign * (image.ofLabelB - image.ofLabelA);
  return images.sort((x, y) => gain(y) - gain(x));
}

/** [label][predicted] */
function confusionOf({ classes, label }: PairedPredictions, predicted: Int32Array): number[][] {
  const counts = classes.map(() => new Array<number>(classes.length).fill(0));
  for (let i = 0; i < label.length; i++) {
    const row = counts[label[i] as number];
    const at = predicted[i] as number;
    if (row?.[at] !== undefined) row[at]++;
  }
  return counts;
}
