/** Most bins of a feature; 32 quantiles lose nothing that a forest's average would keep. */
const MOST_BINS = 32;

/** Features as the numbers of their bins, for splits that are found by counting. */
export interface Binned {
  /** [feature, row], 0 … 31: the number of edges below the value. */
  codes: Uint8Array;
  /** By feature: the values between bins, rising; a value above edge b is in a bin above b. */
  edges: Float32Array[];
}

/** @param features [row, size] */
export function binFeatures(features: Float32Array, size: number): Binned {
  const rows = features.length / size;
  const codes = new Uint8Array(features.length);
  const edges: Float32Array[] = [];
  const column = new Float32Array(rows);
  for (let f = 0; f < size; f++) {
    for (let i = 0; i < rows; i++) column[i] = features[i * size + f] as number;
    const own = edgesOf(column.slice().sort());
    edges.push(own);
    const into = codes.subarray(f * rows, (f + 1) * rows);
    for (let i = 0; i < rows; i++) into[i] = codeOf(column[i] as number, own);
  }
  return { codes, edges };
}

/** Halfway between neighbouring values at the quantiles, so that a split lies where no value is. @param sorted rising */
function edgesOf(sorted: Float32Array): Float32Array {
  const found: number[] = [];
  for (let bin = 1; bin < MOST_BINS; bin++) {
    let at = Math.floor((bin * sorted.length) / MOST_BINS);
    while (at > 0 && at < sorted.length && sorted[at] === sorted[at - 1]) at++;
    if (at === 0 || at >= sorted.length) continue;
    const edge = Math.fround(((sorted[at - 1] as number) + (sorted[at] as number)) / 2);
    if (edge !== found.at(-1)) found.push(edge);
  }
  return Float32Array.from(found);
}

function codeOf(value: number, edges: Float32Array): number {
  let [low, high] = [0, edges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value > (edges[middle] as number)) low = middle + 1;
    else high = middle;
  }
  return low;
}
