import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { symmetricEigen } from '../../../../src/cleaning/space/eigen.ts';
import { neighbourDistances, outlierLimit } from '../../../../src/cleaning/space/outliers.ts';
import { quantile } from '../../../../src/quantile.ts';
import { seededRandom } from '../../../../src/random.ts';

describe('eigenvectors of a symmetric matrix', () => {
  it('give the matrix again', () => {
    const size = 12;
    const random = seededRandom(3);
    const half = Float64Array.from({ length: size * size }, () => random() - 0.5);
    const matrix = half.map((value, i) => value + (half[(i % size) * size + Math.floor(i / size)] as number));
    const { values, vectors } = symmetricEigen(matrix, size);
    for (let i = 0; i < size; i++) {
      assert.ok(i === 0 || (values[i - 1] as number) >= (values[i] as number));
      for (let j = 0; j < size; j++) {
        let entry = 0;
        let product = 0;
        for (let k = 0; k < size; k++) {
          entry += (values[k] as number) * (vectors[k * size + i] as number) * (vectors[k * size + j] as number);
          product += (vectors[i * size + k] as number) * (vectors[j * size + k] as number);
        }
        assert.ok(Math.abs(entry - (matrix[i * size + j] as number)) < 1e-10);
        assert.ok(Math.abs(product - (i === j ? 1 : 0)) < 1e-10);
      }
    }
  });
});

describe('outliers', () => {
  it('have quartiles as NumPy does', () => {
    const sorted = [1, 2, 4, 8];
    assert.deepEqual([quantile(sorted, 0.25), quantile(sorted, 0.5), quantile(sorted, 0.75)], [1.75, 3, 5]);
  });

  it('are further away than the third quartile by 1.7 ranges', () => {
    assert.ok(Math.abs(outlierLimit(Float64Array.of(1, 2, 4, 8, Number.NaN), 1.7) - (5 + 1.7 * 3.25)) < 1e-12);
  });

  it('are measured by the mean distance of those neighbours that there are', () => {
    const distances = neighbourDistances({
      k: 2,
      positions: Int32Array.of(1, 2, 0, -1, -1, -1),
      similarities: Float32Array.of(0.5, 0.25, 0.75, Number.NEGATIVE_INFINITY, 0, 0),
    });
    assert.deepEqual([...distances], [0.625, 0.25, Number.NaN]);
  });
});
