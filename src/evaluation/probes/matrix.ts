import { matMul, slice2d, type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';

/**
 * Products with one matrix that stays on the backend. The active TensorFlow.js backend computes them: start an engine before.
 */
export class MatrixOnBackend {
  readonly rows: number;
  readonly columns: number;
  readonly #matrix: Tensor2D;

  /** @param values [rows, columns] */
  constructor(values: Float32Array, rows: number, columns: number) {
    this.rows = rows;
    this.columns = columns;
    this.#matrix = tensor2d(values, [rows, columns]);
  }

  /** X · B. @param b [columns, width]. Returns [rows, width]. */
  times(b: Float32Array, width: number): Float32Array {
    return read(tidy(() => matMul(this.#matrix, tensor2d(b, [this.columns, width]))));
  }

  /** Xᵀ · B. @param b [rows, width]. Returns [columns, width]. */
  transposedTimes(b: Float32Array, width: number): Float32Array {
    return read(tidy(() => matMul(this.#matrix, tensor2d(b, [this.rows, width]), true, false)));
  }

  /** X[from…to] · Xᵀ. Returns [to − from, rows]. */
  similarities(from: number, to: number): Float32Array {
    return read(
      tidy(() => matMul(slice2d(this.#matrix, [from, 0], [to - from, this.columns]), this.#matrix, false, true)),
    );
  }

  /** B · Xᵀ. @param b [rows, columns of X]. Returns [rows, rows of X]. */
  productsWith(b: Float32Array, rows: number): Float32Array {
    return read(tidy(() => matMul(tensor2d(b, [rows, this.columns]), this.#matrix, false, true)));
  }

  dispose(): void {
    this.#matrix.dispose();
  }
}

function read(tensor: { dataSync(): unknown; dispose(): void }): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}
