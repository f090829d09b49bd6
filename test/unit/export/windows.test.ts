import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assertMessageSize } from '../../../src/export/message-size.ts';
import { kernelFirst, samePadding } from '../../../src/export/onnx/windows.ts';
import { Problem } from '../../../src/problem.ts';

describe('padding that TensorFlow calls same', () => {
  const cases: [size: number, window: number, stride: number, dilation: number, expected: [number, number]][] = [
    [32, 3, 1, 1, [1, 1]],
    [32, 3, 2, 1, [0, 1]],
    [33, 3, 2, 1, [1, 1]],
    [32, 2, 2, 1, [0, 0]],
    [5, 1, 2, 1, [0, 0]],
    [7, 4, 3, 1, [1, 2]],
    [10, 3, 1, 2, [2, 2]],
  ];
  for (const [size, window, stride, dilation, expected] of cases) {
    it(`${size} px, window ${window}, stride ${stride}, dilation ${dilation}`, () =>
      assert.deepEqual(samePadding(size, window, stride, dilation), expected));
  }
});

it('a kernel [height, width, channel, filter] comes out [filter, channel, height, width]', () => {
  // Each value names its place: height, width, channel, filter.
  const shape = [2, 3, 2, 4];
  const places = (sizes: number[]): number[][] =>
    sizes.reduce<number[][]>(
      (all, size) => all.flatMap((place) => Array.from({ length: size }, (_, i) => [...place, i])),
      [[]],
    );
  const data = Float32Array.from(places(shape), ([h, w, c, f]) => h! * 1000 + w! * 100 + c! * 10 + f!);
  const [turnedShape, turned] = kernelFirst({ shape, data });
  assert.deepEqual(turnedShape, [4, 2, 2, 3]);
  const expected = places(turnedShape).map(([f, c, h, w]) => h! * 1000 + w! * 100 + c! * 10 + f!);
  assert.deepEqual([...turned], expected);
});

it('a model beyond the 2 GiB of one message is refused before it is written', () => {
  assertMessageSize([{ shape: [500_000_000] }], 'ONNX');
  assert.throws(
    () => assertMessageSize([{ shape: [500_000_000] }, { shape: [50_000_000] }], 'ONNX'),
    (error: unknown) => error instanceof Problem && error.code === 'model-too-large' && /2\.0 GiB/.test(error.message),
  );
});
