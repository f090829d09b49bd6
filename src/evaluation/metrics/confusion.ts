import type { ConfusedPair } from '../../protocol/evaluation.ts';

/** Every pair that occurred: label, predicted class, images; sorted by label, then class. */
export type SparseConfusion = [label: number, predicted: number, images: number][];

export function confusionPairs(
  classes: number,
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
): SparseConfusion {
  const counts = new Map<number, number>();
  for (let i = 0; i < labels.length; i++) {
    const cell = (labels[i] as number) * classes + (predicted[i] as number);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return [...counts]
    .sort((a, b) => a[0] - b[0])
    .map(([cell, images]) => [Math.floor(cell / classes), cell % classes, images]);
}

/** The pairs that are mistaken most often, by images, then by share of the label's images. */
export function mostConfused(confusion: SparseConfusion, most: number): ConfusedPair[] {
  const totals = new Map<number, number>();
  for (const [label, , images] of confusion) totals.set(label, (totals.get(label) ?? 0) + images);
  return confusion
    .filter(([label, predicted]) => label !== predicted)
    .map(([label, predicted, images]) => ({ label, predicted, images, share: images / (totals.get(label) as number) }))
    .sort((a, b) => b.images - a.images || b.share - a.share || a.label - b.label || a.predicted - b.predicted)
    .slice(0, most);
}

/**
 * Classes in an order that puts those side by side which are taken for each other: clusters are joined by falling mean similarity
 * (average linkage), the similarity of two classes being the mean share of the one's images taken for the other; at each joint the
 * ends that are most alike come together. Up to a few hundred classes; beyond, classes keep their order.
 */
export function similarityOrder(classes: number, confusion: SparseConfusion): number[] {
  const order = Array.from({ length: classes }, (_, k) => k);
  if (classes < 3 || classes > MOST_ORDERED) return order;
  const similarity = similarities(classes, confusion);
  let clusters = order.map((k) => [k]);
  while (clusters.length > 1) {
    let best = { a: -1, b: -1, value: 0 };
    for (let a = 0; a < clusters.length; a++) {
      for (let b = a + 1; b < clusters.length; b++) {
        const value = linkage(similarity, clusters[a] as number[], clusters[b] as number[]);
        if (value > best.value) best = { a, b, value };
      }
    }
    // What is never confused with each other stays in the order of the classes.
    if (best.a < 0) break;
    const joined = join(similarity, clusters[best.a] as number[], clusters[best.b] as number[]);
    clusters = clusters.map((cluster, at) => (at === best.a ? joined : cluster)).filter((_, at) => at !== best.b);
  }
  return clusters.flat();
}

const MOST_ORDERED = 300;

function similarities(classes: number, confusion: SparseConfusion): Float64Array[] {
  const totals = new Float64Array(classes);
  for (const [label, , images] of confusion) (totals[label] as number) += images;
  const rows = Array.from({ length: classes }, () => new Float64Array(classes));
  for (const [label, predicted, images] of confusion) {
    if (label === predicted) continue;
    const half = images / (totals[label] as number) / 2;
    ((rows[label] as Float64Array)[predicted] as number) += half;
    ((rows[predicted] as Float64Array)[label] as number) += half;
  }
  return rows;
}

function linkage(similarity: Float64Array[], a: number[], b: number[]): number {
  let total = 0;
  for (const i of a) for (const j of b) total += (similarity[i] as Float64Array)[j] as number;
  return total / (a.length * b.length);
}

/** The two orders, each as it is or reversed, so that their touching ends are the most alike. */
function join(similarity: Float64Array[], a: number[], b: number[]): number[] {
  const ways = [a, a.toReversed()].flatMap((left) => [b, b.toReversed()].map((right) => ({ left, right })));
  const alike = ({ left, right }: { left: number[]; right: number[] }) =>
    (similarity[left.at(-1) as number] as Float64Array)[right[0] as number] as number;
  const best = ways.reduce((most, way) => (alike(way) > alike(most) ? way : most));
  return [...best.left, ...best.right];
}
