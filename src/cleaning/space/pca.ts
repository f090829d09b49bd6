import { MatrixOnBackend } from '../../evaluation/probes/matrix.ts';
import { mixSeed, permutation, seededRandom } from '../../random.ts';
import { symmetricEigen } from './eigen.ts';

/** Rows that the directions are found from; more change nothing that can be seen. */
const FITTED_ROWS = 20_000;
const OVERSAMPLING = 8;
const POWER_STEPS = 3;

export interface Components {
  /** [row, count], by falling variance. */
  values: Float32Array;
  /** Columns; fewer than asked for where the features have no more. */
  count: number;
  /** [count], share of the whole variance that each explains. */
  explained: number[];
}

export interface ComponentOptions {
  seed?: number;
  /** Whether the mean is taken off first; default true. Else: the singular vectors of the features as they are. */
  isCentered?: boolean;
}

/**
 * Principal components by randomised subspace iteration (Halko, Martinsson, Tropp 2011). Equal arguments give equal results.
 * Needs an active TensorFlow.js backend.
 * @param features [row, size]
 * @param wanted components at most
 */
export function principalComponents(
  features: Float32Array,
  size: number,
  wanted: number,
  { seed = 0, isCentered = true }: ComponentOptions = {},
): Components {
  const rows = features.length / size;
  const count = Math.min(wanted, size, Math.max(1, rows - 1));
  const width = Math.min(size, count + OVERSAMPLING);
  const means = isCentered ? columnMeans(features, size) : new Float64Array(size);
  const fitted = sampleRows(features, size, means, FITTED_ROWS, seed);
  const used = fitted.length / size;
  const matrix = new MatrixOnBackend(fitted, used, size);
  try {
    const random = seededRandom(mixSeed(seed, 1));
    let basis = orthonormal(
      Float32Array.from({ length: size * width }, () => random() - 0.5),
      size,
      width,
    );
    for (let step = 0; step < POWER_STEPS; step++) {
      basis = orthonormal(matrix.transposedTimes(matrix.times(basis, width), width), size, width);
    }
    const projected = matrix.times(basis, width);
    const { values, vectors } = symmetricEigen(gram(projected, used, width), width);
    const directions = new Float32Array(size * count);
    for (let i = 0; i < size; i++) {
      for (let c = 0; c < count; c++) {
        let sum = 0;
        for (let k = 0; k < width; k++) sum += (basis[i * width + k] as number) * (vectors[c * width + k] as number);
        directions[i * count + c] = sum;
      }
    }
    const total = fitted.reduce((sum, value) => sum + value * value, 0);
    const explained = Array.from({ length: count }, (_, c) =>
      total > 0 ? Math.max(0, values[c] as number) / total : 0,
    );
    return { values: project(features, size, means, directions, count), count, explained };
  } finally {
    matrix.dispose();
  }
}

const CHUNK = 8192;

function project(features: Float32Array, size: number, means: Float64Array, directions: Float32Array, count: number) {
  const rows = features.length / size;
  const result = new Float32Array(rows * count);
  for (let from = 0; from < rows; from += CHUNK) {
    const to = Math.min(rows, from + CHUNK);
    const centered = features.slice(from * size, to * size);
    for (let i = 0; i < centered.length; i++) centered[i] = (centered[i] as number) - (means[i % size] as number);
    const chunk = new MatrixOnBackend(centered, to - from, size);
    result.set(chunk.times(directions, count), from * count);
    chunk.dispose();
  }
  return result;
}

function columnMeans(features: Float32Array, size: number): Float64Array {
  const sums = new Float64Array(size);
  for (let i = 0; i < features.length; i++) sums[i % size] = (sums[i % size] as number) + (features[i] as number);
  return sums.map((sum) => (sum * size) / features.length);
}

function sampleRows(features: Float32Array, size: number, means: Float64Array, most: number, seed: number) {
  const rows = features.length / size;
  const chosen = permutation(rows, seededRandom(mixSeed(seed, 2)))
    .subarray(0, most)
    .sort();
  const result = new Float32Array(chosen.length * size);
  chosen.forEach((row, i) => {
    for (let c = 0; c < size; c++) {
      result[i * size + c] = (features[row * size + c] as number) - (means[c] as number);
    }
  });
  return result;
}

/** Columns made orthonormal by Gram–Schmidt, twice for accuracy; a column that depends on the others becomes 0. */
function orthonormal(matrix: Float32Array, rows: number, width: number): Float32Array {
  const columns = Array.from({ length: width }, (_, c) =>
    Float64Array.from({ length: rows }, (_, i) => matrix[i * width + c] as number),
  );
  columns.forEach((column, c) => {
    const before = Math.sqrt(dot(column, column));
    for (let pass = 0; pass < 2; pass++) {
      for (let other = 0; other < c; other++) {
        const basis = columns[other] as Float64Array;
        const share = dot(column, basis);
        for (let i = 0; i < rows; i++) column[i] = (column[i] as number) - share * (basis[i] as number);
      }
    }
    const length = Math.sqrt(dot(column, column));
    const scale = length > 1e-10 * before && length > 0 ? 1 / length : 0;
    for (let i = 0; i < rows; i++) column[i] = (column[i] as number) * scale;
  });
  return Float32Array.from(
    { length: rows * width },
    (_, at) => columns[at % width]?.[Math.floor(at / width)] as number,
  );
}

/** Xᵀ·X. */
function gram(matrix: Float32Array, rows: number, width: number): Float64Array {
  const result = new Float64Array(width * width);
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < width; a++) {
      const value = matrix[i * width + a] as number;
      for (let b = a; b < width; b++) {
        result[a * width + b] = (result[a * width + b] as number) + value * (matrix[i * width + b] as number);
      }
    }
  }
  for (let a = 0; a < width; a++) for (let b = 0; b < a; b++) result[a * width + b] = result[b * width + a] as number;
  return result;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
