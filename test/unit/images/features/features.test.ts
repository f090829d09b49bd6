import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { colorHistogram, colorHistogramSize } from '../../../../src/images/features/color-histogram.ts';
import { defaultHog, hog, hogSize } from '../../../../src/images/features/hog.ts';

/** A linear congruential generator that the reference below used too: 31 bits, the upper ones taken. */
function noise(bytes: number, seed: number): Uint8Array {
  let state = BigInt(seed);
  return Uint8Array.from({ length: bytes }, () => {
    state = (state * 1103515245n + 12345n) % 2147483648n;
    return Number(state >> 16n) & 255;
  });
}

describe('HOG', () => {
  // skimage.feature.hog of scikit-image 0.26.0, block_norm 'L2-Hys', on the same noise.
  for (const { picture, options, seed, size, first, sum, weighted } of [
    {
      picture: { width: 32, height: 24, color: 'rgb' },
      options: defaultHog,
      seed: 1,
      size: 216,
      first: [0.200792, 0.100504, 0.081182, 0.124548, 0.191359, 0.164725, 0.18079, 0.221013],
      sum: 33.818839,
      weighted: 3638.423357,
    },
    {
      picture: { width: 20, height: 17, color: 'grey' },
      options: { orientations: 6, cell: 5, block: 3 },
      seed: 2,
      size: 108,
      first: [0.105278, 0.070803, 0.178005, 0.170075, 0.076479, 0.021851, 0.210711, 0.095093],
      sum: 12.908169,
      weighted: 686.80213,
    },
  ] as const) {
    it(`equals scikit-image's on ${picture.width} × ${picture.height} pixels, ${picture.color}`, () => {
      const channels = picture.color === 'rgb' ? 3 : 1;
      const found = hog(noise(picture.width * picture.height * channels, seed), picture, options);
      assert.deepEqual([found.length, hogSize(picture, options)], [size, size]);
      for (const [i, value] of first.entries()) assert.ok(Math.abs((found[i] as number) - value) < 1e-6);
      const total = found.reduce((all, value) => all + value, 0);
      const places = found.reduce((all, value, i) => all + value * i, 0);
      assert.ok(Math.abs(total - sum) < 1e-4 && Math.abs(places - weighted) < 1e-3, `${total}, ${places}`);
    });
  }

  it('a flat picture has no gradient, and one smaller than a block no numbers', () => {
    const flat = hog(new Uint8Array(16 * 16).fill(90), { width: 16, height: 16, color: 'grey' });
    assert.deepEqual([flat.length, Math.max(...flat)], [36, 0]);
    assert.equal(hogSize({ width: 15, height: 64, color: 'grey' }), 0);
  });

  it('edges of opposite contrast are alike, edges of another direction are not', () => {
    const edge = (value: (x: number, y: number) => number) =>
      hog(
        Uint8Array.from({ length: 256 }, (_, i) => value(i % 16, Math.floor(i / 16))),
        { width: 16, height: 16, color: 'grey' },
      );
    const upright = edge((x) => (x < 8 ? 20 : 200));
    assert.deepEqual(
      upright,
      edge((x) => (x < 8 ? 200 : 20)),
    );
    assert.notDeepEqual(
      upright,
      edge((_, y) => (y < 8 ? 20 : 200)),
    );
  });
});

describe('a colour histogram', () => {
  it('has length 1, whatever the picture, and leaves it as it is', () => {
    const pixels = noise(3 * 400, 3);
    const before = pixels.slice();
    const length = colorHistogram(pixels).reduce((sum, value) => sum + value * value, 0);
    assert.ok(Math.abs(length - 1) < 1e-5);
    assert.deepEqual(pixels, before);
  });

  it('says how much of each colour there is', () => {
    const pixels = Uint8Array.from([255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 255]);
    const found = colorHistogram(pixels);
    const [red, blue] = [found[15] as number, found[(5 * 4 + 3) * 4 + 3] as number];
    assert.ok(Math.abs(red - Math.sqrt(0.75)) < 1e-6 && Math.abs(blue - 0.5) < 1e-6, `${red}, ${blue}`);
    assert.equal(found.length, colorHistogramSize);
  });
});
