import { stratifiedFolds } from '../../evaluation/probes/folds.ts';

export interface FoldedImage {
  /** Equal for equal files. */
  hash: string;
  label: number;
  /** Images of one group must not part. */
  group: string | null;
}

/**
 * Stratified folds in which copies (exact and near, also by way of a third one) and groups stay together: a classifier that has seen an
 * image's copy has seen the image, and repeats its label.
 * @param pairs positions of copies
 * @returns [image], fold of each
 */
export function copyAwareFolds(
  images: readonly FoldedImage[],
  pairs: readonly { a: number; b: number }[],
  folds: number,
  seed: number,
): Uint8Array {
  const parent = Int32Array.from(images.keys());
  const rootOf = (i: number): number => {
    let root = i;
    while (parent[root] !== root) root = parent[root] as number;
    for (let at = i; at !== root; ) {
      const next = parent[at] as number;
      parent[at] = root;
      at = next;
    }
    return root;
  };
  for (const { a, b } of pairs) parent[rootOf(b)] = rootOf(a);
  // Byte-identical images part no folds either: a copy takes its unit's hash, and the file's own is joined first.
  const first = new Map<string, number>();
  images.forEach(({ hash }, i) => {
    const other = first.get(hash);
    if (other === undefined) first.set(hash, i);
    else parent[rootOf(i)] = rootOf(other);
  });
  const units = images.map(({ label, group }, i) => ({ label, group, hash: images[rootOf(i)]?.hash ?? '' }));
  return stratifiedFolds(units, folds, seed);
}
