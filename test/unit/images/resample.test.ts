import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawImage } from '../../../src/images/bmp.ts';
import { fitInto } from '../../../src/images/fit-into.ts';
import { luma, toColor } from '../../../src/images/pixels.ts';
import { resample } from '../../../src/images/resample.ts';

function grey(width: number, height: number, data: number[]): RawImage {
  return { width, height, channels: 1, data: Uint8Array.from(data) };
}

// Expected values: Pillow 12.3, Image.fromarray(...).resize(..., Image.BILINEAR[, box]).
const cases: [string, RawImage, [number, number], [number, number, number, number] | null, number[]][] = [
  ['same size', grey(2, 2, [1, 2, 3, 4]), [2, 2], null, [1, 2, 3, 4]],
  ['halved: antialiased', grey(4, 1, [0, 0, 255, 255]), [2, 1], null, [36, 219]],
  ['doubled', grey(2, 1, [0, 255]), [4, 1], null, [0, 64, 191, 255]],
  ['to one pixel', grey(3, 3, [0, 0, 0, 0, 255, 0, 0, 0, 0]), [1, 1], null, [47]],
  ['a box inside pixels', grey(4, 1, [0, 100, 200, 250]), [2, 1], [0.5, 0, 3.5, 1], [78, 206]],
];

for (const [name, image, [width, height], box, expected] of cases) {
  test(`resample: ${name}`, () => {
    const [left, top, right, bottom] = box ?? [0, 0, image.width, image.height];
    const out = resample(image, width, height, { left, top, width: right - left, height: bottom - top });
    assert.deepEqual([...out], expected);
  });
}

test('a constant image stays constant at any size and in any channel', () => {
  for (const [width, height] of [
    [1, 1],
    [7, 3],
    [64, 50],
  ] as const) {
    const data = new Uint8Array(31 * 17 * 3).map((_, i) => [255, 128, 1][i % 3] as number);
    const out = resample({ width: 31, height: 17, channels: 3, data }, width, height, {
      left: 0,
      top: 0,
      width: 31,
      height: 17,
    });
    assert.deepEqual(new Set(out.filter((_, i) => i % 3 === 0)), new Set([255]));
    assert.deepEqual(new Set(out.filter((_, i) => i % 3 === 1)), new Set([128]));
    assert.deepEqual(new Set(out.filter((_, i) => i % 3 === 2)), new Set([1]));
  }
});

const wide = grey(4, 2, [10, 20, 30, 40, 10, 20, 30, 40]);
const fits: [string, 'stretch' | 'crop' | 'pad', number[]][] = [
  ['stretch squeezes', 'stretch', [17, 33, 17, 33]],
  ['crop keeps the centre', 'crop', [20, 30, 20, 30]],
  ['pad keeps all, on black', 'pad', [17, 33, 0, 0]],
];

for (const [name, resize, expected] of fits) {
  test(`fit: ${name}`, () => {
    assert.deepEqual([...fitInto(wide, { width: 2, height: 2, color: 'grey', resize })], expected);
  });
}

test('fit: pad centres', () => {
  const out = fitInto(grey(1, 1, [9]), { width: 3, height: 5, color: 'grey', resize: 'pad' });
  assert.deepEqual([...out], [0, 0, 0, 9, 9, 9, 9, 9, 9, 9, 9, 9, 0, 0, 0]);
});

test('colour: grey is spread, RGB becomes luma, alpha is dropped', () => {
  assert.deepEqual([...toColor(Uint8Array.of(7, 9), 1, 'rgb')], [7, 7, 7, 9, 9, 9]);
  assert.deepEqual([...toColor(Uint8Array.of(7, 255, 9, 0), 2, 'grey')], [7, 9]);
  assert.deepEqual([...toColor(Uint8Array.of(1, 2, 3, 4), 4, 'rgb')], [1, 2, 3]);
  assert.deepEqual([...toColor(Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255), 3, 'grey')], [76, 150, 29]);
  assert.equal(luma(255, 255, 255), 255);
});
