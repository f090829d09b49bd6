/** Bins that a selection covers, both ends included. */
export interface BinSelection {
  first: number;
  last: number;
}

/** Bins between two edges of a selection as it stands in a query; null: none. */
export function binsOf(edges: readonly number[], from: number, to: number): BinSelection | null {
  const bins = edges.length - 1;
  if (bins < 1 || to < edges[0]! || from > edges[bins]!) return null;
  let first = 0;
  while (first < bins - 1 && edges[first + 1]! <= from) first++;
  let last = bins - 1;
  while (last > first && edges[last]! >= to) last--;
  return { first, last };
}

/** What a selection of bins asks for. */
export function rangeOf(edges: readonly number[], { first, last }: BinSelection): { from: number; to: number } {
  return { from: edges[first]!, to: edges[last + 1]! };
}

/** The bin at a place between 0 and 1 of the plot's width. */
export function binAt(bins: number, place: number): number {
  return Math.max(0, Math.min(bins - 1, Math.floor(place * bins)));
}
