import { MatrixOnBackend } from '../../evaluation/probes/matrix.ts';

/** Rows that are multiplied in one go. */
const CHUNK = 8192;

/** What a least-squares fit needs to know of rows and their targets; those of parts add up. */
export interface Moments {
  /** [size, size], Xᵀ·X. */
  gram: Float64Array;
  /** [size, width], Xᵀ·Y. */
  cross: Float64Array;
}

/**
 * Moments of some rows. Needs an active TensorFlow.js backend.
 * @param features [row, size]
 * @param targets [row, width]
 * @param rows positions that count
 */
export function momentsOf(
  features: Float32Array,
  size: number,
  targets: Float32Array,
  width: number,
  rows: Uint32Array,
): Moments {
  const gram = new Float64Array(size * size);
  const cross = new Float64Array(size * width);
  for (let from = 0; from < rows.length; from += CHUNK) {
    const some = rows.subarray(from, from + CHUNK);
    const x = rowsOf(features, size, some);
    const matrix = new MatrixOnBackend(x, some.length, size);
    addTo(gram, matrix.transposedTimes(x, size));
    addTo(cross, matrix.transposedTimes(rowsOf(targets, width, some), width));
    matrix.dispose();
  }
  return { gram, cross };
}

/** `all` without what a part of its rows adds. */
export function without(all: Moments, part: Moments): Moments {
  return {
    gram: all.gram.map((value, i) => value - (part.gram[i] as number)),
    cross: all.cross.map((value, i) => value - (part.cross[i] as number)),
  };
}

/**
 * Ridge regression: weights that minimise ‖X·W − Y‖² + λ·m·‖W‖² with m the mean of the diagonal of XᵀX, by Cholesky's decomposition.
 * @returns [size, width]
 */
export function solveRidge({ gram, cross }: Moments, size: number, lambda: number): Float32Array {
  const width = cross.length / size;
  let trace = 0;
  for (let i = 0; i < size; i++) trace += gram[i * size + i] as number;
  const penalty = (lambda * trace) / size || 1;
  const factor = choleskyOf(gram, size, penalty);
  const result = cross.slice();
  // L·Z = C, then Lᵀ·W = Z; rows are whole lines of memory.
  for (let i = 0; i < size; i++) {
    const row = result.subarray(i * width, (i + 1) * width);
    for (let k = 0; k < i; k++) addScaled(row, result, k * width, -(factor[i * size + k] as number));
    divide(row, factor[i * size + i] as number);
  }
  for (let i = size - 1; i >= 0; i--) {
    const row = result.subarray(i * width, (i + 1) * width);
    for (let k = i + 1; k < size; k++) addScaled(row, result, k * width, -(factor[k * size + i] as number));
    divide(row, factor[i * size + i] as number);
  }
  return Float32Array.from(result);
}

/** [size, size], lower triangle L with L·Lᵀ = matrix + penalty · 1. */
function choleskyOf(matrix: Float64Array, size: number, penalty: number): Float64Array {
  const l = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const own = i * size;
    for (let j = 0; j <= i; j++) {
      const other = j * size;
      let sum = (matrix[own + j] as number) + (i === j ? penalty : 0);
      for (let k = 0; k < j; k++) sum -= (l[own + k] as number) * (l[other + k] as number);
      l[own + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12 * penalty)) : sum / (l[other + j] as number);
    }
  }
  return l;
}

export function rowsOf(values: Float32Array, width: number, rows: Uint32Array): Float32Array {
  const result = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    result.set(values.subarray(row * width, (row + 1) * width), i * width);
  });
  return result;
}

function addTo(sums: Float64Array, values: Float32Array): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (values[i] as number);
}

function addScaled(row: Float64Array, from: Float64Array, at: number, factor: number): void {
  for (let c = 0; c < row.length; c++) row[c] = (row[c] as number) + factor * (from[at + c] as number);
}

function divide(row: Float64Array, by: number): void {
  for (let c = 0; c < row.length; c++) row[c] = (row[c] as number) / by;
}
