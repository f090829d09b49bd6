/** Two images that were found to be alike. */
export interface Link {
  a: number;
  b: number;
  /** How alike, larger is more. */
  similarity: number;
}

/**
 * Groups of images each of which is alike to each other one of its group: never a chain whose ends have nothing in common. The most similar
 * pairs are joined first (complete link); each image is in one group at most.
 * @returns members of each group, rising; groups by their first member
 */
export function completeLink(links: readonly Link[]): number[][] {
  const partners = new Map<number, Set<number>>();
  const partnersOf = (i: number) => {
    const found = partners.get(i) ?? new Set<number>();
    partners.set(i, found);
    return found;
  };
  for (const { a, b } of links) {
    partnersOf(a).add(b);
    partnersOf(b).add(a);
  }
  const groups = new Map<number, number[]>();
  const groupOf = (i: number) => groups.get(i) ?? [i];
  for (const { a, b } of links.toSorted((x, y) => y.similarity - x.similarity || x.a - y.a || x.b - y.b)) {
    const [left, right] = [groupOf(a), groupOf(b)];
    if (left === right || !left.every((i) => right.every((j) => partners.get(i)?.has(j)))) continue;
    const joined = [...left, ...right];
    for (const i of joined) groups.set(i, joined);
  }
  const distinct = [...new Set(groups.values())].map((group) => group.sort((x, y) => x - y));
  return distinct.sort((x, y) => (x[0] as number) - (y[0] as number));
}
