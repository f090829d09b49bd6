import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compose,
  type Homography,
  identity,
  throughPoints,
  translation,
  turn,
} from '../../../../src/images/augment/homography.ts';
import { warp } from '../../../../src/images/augment/warp.ts';
import { seededRandom } from '../../../../src/random.ts';
import type { FillConfig } from '../../../../src/training/config-augment.ts';

/** One row of four pixels, moved right by `shift`. */
function moved(shift: number, mode: FillConfig['mode'], row = [10, 20, 30, 40]): number[] {
  const target = new Uint8Array(row.length);
  warp(Uint8Array.from(row), target, { width: row.length, height: 1, channels: 1 }, translation(-shift, 0), {
    mode,
    value: 99,
  });
  return [...target];
}

describe('warp fills what lies beyond the edge', () => {
  for (const [mode, shift, expected] of [
    ['nearest', 2, [10, 10, 10, 20]],
    ['nearest', -2, [30, 40, 40, 40]],
    ['reflect', 2, [20, 10, 10, 20]],
    ['reflect', -3, [40, 40, 30, 20]],
    ['reflect', 7, [20, 30, 40, 40]],
    ['wrap', 1, [40, 10, 20, 30]],
    ['wrap', -6, [30, 40, 10, 20]],
    ['constant', 2, [99, 99, 10, 20]],
    ['constant', -4, [99, 99, 99, 99]],
    ['nearest', 0.5, [10, 15, 25, 35]],
  ] as const) {
    it(`${mode}, moved by ${shift}`, () => assert.deepEqual(moved(shift, mode), [...expected]));
  }
});

describe('warp', () => {
  for (const channels of [1, 3] as const) {
    it(`agrees with plain bilinear interpolation for any map, ${channels} channels`, () => {
      const frame = { width: 41, height: 29, channels };
      const random = seededRandom(channels);
      const source = Uint8Array.from(
        { length: 41 * 29 * channels },
        (_, i) => 100 + 80 * Math.sin(i / 40) + random() * 20,
      );
      const maps: Homography[] = [
        compose(translation(6, -3), turn(33)),
        [0.6, 0.1, 4, -0.2, 1.3, 5, 0, 0, 1],
        [-1, 0, 40, 0, 1, 0, 0, 0, 1],
        [-1, 0, 46, 0, 1, -3, 0, 0, 1],
        [-1, 0, 31, 0, -1, 25, 0, 0, 1],
        [-1, 0, 90, 0, 1, 0, 0, 0, 1],
        [1, 0, 0, 0, -1, 28, 0, 0, 1],
        [1.1, 0.1, -2, 0, 0.9, 1, 0.002, -0.001, 1],
      ];
      for (const map of maps) {
        for (const mode of ['nearest', 'reflect', 'wrap', 'constant'] as const) {
          const target = new Uint8Array(source.length);
          warp(source, target, frame, map, { mode, value: 7 });
          const off = target.filter((value, i) => Math.abs(value - plainly(source, frame, map, mode, i)) > 1.5);
          // A projection is straight over four pixels: at hard edges a few are off.
          assert.ok(
            off.length <= (map[6] ? 0.02 * target.length : 0),
            `${off.length} of ${target.length}, ${map}, ${mode}`,
          );
        }
      }
    });
  }

  it('leaves an image as it is under the identity', () => {
    const source = Uint8Array.from({ length: 5 * 5 * 3 }, (_, i) => (i * 53) % 256);
    const target = new Uint8Array(source.length);
    warp(source, target, { width: 5, height: 5, channels: 3 }, identity, { mode: 'constant', value: 0 });
    assert.deepEqual(target, source);
  });
});

/** In float64, tap by tap. */
function plainly(
  source: Uint8Array,
  { width, height, channels }: { width: number; height: number; channels: number },
  map: Homography,
  mode: FillConfig['mode'],
  at: number,
): number {
  const channel = at % channels;
  const x = Math.floor(at / channels) % width;
  const y = Math.floor(at / channels / width);
  const w = map[6] * x + map[7] * y + map[8];
  const sx = (map[0] * x + map[1] * y + map[2]) / w;
  const sy = (map[3] * x + map[4] * y + map[5]) / w;
  const fold = (place: number, size: number): number => {
    if (place >= 0 && place < size) return place;
    if (mode === 'constant') return -1;
    if (mode === 'nearest') return Math.max(0, Math.min(size - 1, place));
    if (mode === 'wrap') return fold(place < 0 ? place + size : place - size, size);
    return fold(place < 0 ? -place - 1 : 2 * size - 1 - place, size);
  };
  let sum = 0;
  for (const dx of [0, 1]) {
    for (const dy of [0, 1]) {
      const px = fold(Math.floor(sx) + dx, width);
      const py = fold(Math.floor(sy) + dy, height);
      const value = px < 0 || py < 0 ? 7 : source[(py * width + px) * channels + channel]!;
      sum += value * (1 - Math.abs(sx - Math.floor(sx) - dx)) * (1 - Math.abs(sy - Math.floor(sy) - dy));
    }
  }
  return sum;
}

describe('homographies', () => {
  it('takes the four points where they belong', () => {
    const from = [
      [0, 0],
      [1, 0],
      [0, 1],
      [1, 1],
    ] as const;
    const to = [
      [2, 3],
      [5, 2],
      [1, 7],
      [6, 6],
    ] as const;
    const map = throughPoints(from, to);
    from.forEach(([x, y], i) => {
      const w = map[6] * x + map[7] * y + map[8];
      assert.ok(Math.abs((map[0] * x + map[1] * y + map[2]) / w - to[i]![0]) < 1e-9);
      assert.ok(Math.abs((map[3] * x + map[4] * y + map[5]) / w - to[i]![1]) < 1e-9);
    });
  });
});
