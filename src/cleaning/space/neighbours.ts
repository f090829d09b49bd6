import { MatrixOnBackend } from '../../evaluation/probes/matrix.ts';
import { keepIfLarge, type Neighbours, nearestNeighbours, unitRows } from '../../evaluation/probes/nearest.ts';
import { mixSeed, permutation, seededRandom } from '../../random.ts';
import { principalComponents } from './pca.ts';

/** Up to so many images every one is compared with every other. */
export const EXACT_IMAGES = 50_000;
/** Numbers of an image that the candidates are found by. */
const COARSE_SIZE = 128;
/** Candidates a neighbour that is wanted, of which the full features choose. */
const CANDIDATES = 3;
/** Cells whose images are looked at, of the √images of an inverted file. */
const PROBED_CELLS = 12;
const KMEANS_STEPS = 8;
const KMEANS_SAMPLE = 64;

/**
 * The k most similar other images of each one by cosine. Candidates are found in 128 principal components, among all images or, beyond
 * 50,000, among those of the nearest cells of an inverted file (k-means); the full features put them in order.
 * Needs an active TensorFlow.js backend.
 * @param features [image, size]
 * @param exactUpTo images up to which all are compared
 */
export function similarImages(
  features: Float32Array,
  size: number,
  k: number,
  { seed = 0, exactUpTo = EXACT_IMAGES }: { seed?: number; exactUpTo?: number } = {},
): Neighbours {
  const images = features.length / size;
  const own = Uint32Array.from({ length: images }, (_, i) => i);
  if (size <= COARSE_SIZE && images <= exactUpTo) return nearestNeighbours(features, size, own, k);
  // Not centred, so that products of components are about those of the features.
  const coarse = principalComponents(features, size, COARSE_SIZE, { seed, isCentered: false });
  const wanted = Math.min(Math.max(1, images - 1), k * CANDIDATES);
  const candidates =
    images <= exactUpTo
      ? nearestNeighbours(coarse.values, coarse.count, own, wanted)
      : neighboursByCells(coarse.values, coarse.count, wanted, seed);
  return inOrder(features, size, candidates, k);
}

/** The best k of the candidates by the full features. */
function inOrder(features: Float32Array, size: number, candidates: Neighbours, k: number): Neighbours {
  const images = features.length / size;
  const lengths = rowLengths(features, size);
  const positions = new Int32Array(images * k).fill(-1);
  const similarities = new Float32Array(images * k).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < images; i++) {
    const found: { j: number; cosine: number }[] = [];
    for (let at = i * candidates.k; at < (i + 1) * candidates.k; at++) {
      const j = candidates.positions[at] as number;
      if (j < 0) break;
      found.push({ j, cosine: product(features, size, i, j) / ((lengths[i] as number) * (lengths[j] as number) || 1) });
    }
    found.sort((a, b) => b.cosine - a.cosine || a.j - b.j);
    found.slice(0, k).forEach(({ j, cosine }, rank) => {
      positions[i * k + rank] = j;
      similarities[i * k + rank] = cosine;
    });
  }
  return { positions, similarities, k };
}

function neighboursByCells(values: Float32Array, size: number, k: number, seed: number): Neighbours {
  const rows = unitRows(values, size);
  const images = rows.length / size;
  const cells = Math.ceil(Math.sqrt(images));
  const centers = kMeans(rows, size, cells, seed);
  const nearest = nearestCells(rows, size, centers, Math.min(cells, PROBED_CELLS));
  const members: number[][] = Array.from({ length: cells }, () => []);
  for (let i = 0; i < images; i++) members[nearest[i * PROBED_CELLS] as number]?.push(i);
  const positions = new Int32Array(images * k).fill(-1);
  const similarities = new Float32Array(images * k).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < images; i++) {
    const into = {
      positions: positions.subarray(i * k, (i + 1) * k),
      values: similarities.subarray(i * k, (i + 1) * k),
    };
    for (let probe = 0; probe < PROBED_CELLS; probe++) {
      const cell = nearest[i * PROBED_CELLS + probe] as number;
      if (cell < 0) break;
      for (const j of members[cell] as number[])
        if (j !== i) keepIfLarge(j, product(rows, size, i, j), into.positions, into.values);
    }
  }
  return { positions, similarities, k };
}

/** Spherical k-means on a sample. @returns [cell, size], rows of length 1 */
function kMeans(rows: Float32Array, size: number, cells: number, seed: number): Float32Array {
  const images = rows.length / size;
  const order = permutation(images, seededRandom(mixSeed(seed, 3)));
  const sample = order.subarray(0, Math.min(images, cells * KMEANS_SAMPLE));
  const used = new Float32Array(sample.length * size);
  sample.forEach((row, i) => {
    used.set(rows.subarray(row * size, (row + 1) * size), i * size);
  });
  let centers: Float32Array = used.slice(0, cells * size);
  for (let step = 0; step < KMEANS_STEPS; step++) {
    const nearest = nearestCells(used, size, centers, 1);
    const sums = new Float32Array(cells * size);
    for (let i = 0; i < sample.length; i++) {
      const cell = nearest[i * PROBED_CELLS] as number;
      for (let c = 0; c < size; c++) {
        sums[cell * size + c] = (sums[cell * size + c] as number) + (used[i * size + c] as number);
      }
    }
    const previous = centers;
    centers = unitRows(sums, size);
    // A cell that lost all its images stays where it was.
    for (let cell = 0; cell < cells; cell++) {
      if (sums[cell * size] === 0 && sums.subarray(cell * size, (cell + 1) * size).every((value) => value === 0)) {
        centers.set(previous.subarray(cell * size, (cell + 1) * size), cell * size);
      }
    }
  }
  return centers;
}

const CHUNK = 4096;

/** [row, PROBED_CELLS], the `count` nearest cells of each row, −1 behind them. */
function nearestCells(rows: Float32Array, size: number, centers: Float32Array, count: number): Int32Array {
  const total = rows.length / size;
  const cells = centers.length / size;
  const transposed = new Float32Array(centers.length);
  for (let cell = 0; cell < cells; cell++) {
    for (let c = 0; c < size; c++) transposed[c * cells + cell] = centers[cell * size + c] as number;
  }
  const result = new Int32Array(total * PROBED_CELLS).fill(-1);
  const values = new Float32Array(PROBED_CELLS);
  for (let from = 0; from < total; from += CHUNK) {
    const to = Math.min(total, from + CHUNK);
    const chunk = new MatrixOnBackend(rows.slice(from * size, to * size), to - from, size);
    const products = chunk.times(transposed, cells);
    chunk.dispose();
    for (let i = from; i < to; i++) {
      const into = {
        positions: result.subarray(i * PROBED_CELLS, i * PROBED_CELLS + count),
        values: values.subarray(0, count).fill(Number.NEGATIVE_INFINITY),
      };
      for (let cell = 0; cell < cells; cell++) {
        keepIfLarge(cell, products[(i - from) * cells + cell] as number, into.positions, into.values);
      }
    }
  }
  return result;
}

function product(rows: Float32Array, size: number, i: number, j: number): number {
  let sum = 0;
  for (let c = 0, a = i * size, b = j * size; c < size; c++) sum += (rows[a + c] as number) * (rows[b + c] as number);
  return sum;
}

function rowLengths(rows: Float32Array, size: number): Float64Array {
  return Float64Array.from({ length: rows.length / size }, (_, i) => Math.sqrt(product(rows, size, i, i)));
}
