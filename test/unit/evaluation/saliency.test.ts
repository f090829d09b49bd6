import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import type { ImageBatch } from '../../../src/engines/engine.ts';
import { heatColor } from '../../../src/evaluation/saliency/color-map.ts';
import { averageHeat, normalizeHeat, resizeHeat } from '../../../src/evaluation/saliency/heat.ts';
import { occlusionMap, patchesOver } from '../../../src/evaluation/saliency/occlusion.ts';
import { heatPng, overlayPng } from '../../../src/evaluation/saliency/pictures.ts';

const frame = { width: 12, height: 8, channels: 1 };
const options = { patch: 0.25, steps: 6, batchSize: 5 };

describe('occlusionMap', () => {
  /** Sees one bright pixel: its share of 255 is the probability of class 1. */
  const bright = 3 * 12 + 9;
  const predict = async ({ pixels, size }: ImageBatch) => {
    const rows = new Float32Array(size * 2);
    for (let i = 0; i < size; i++) {
      const share = (pixels[i * 96 + bright] as number) / 255;
      rows.set([1 - share, share], i * 2);
    }
    return rows;
  };

  it('is largest where hiding takes the class away', async () => {
    const pixels = new Uint8Array(96);
    pixels[bright] = 255;
    const map = await occlusionMap(predict, pixels, frame, 1, options);
    const most = map.indexOf(Math.max(...map));
    assert.ok(
      Math.hypot((most % 12) - 9, Math.floor(most / 12) - 3) <= 1.5,
      `at ${most % 12}, ${Math.floor(most / 12)}`,
    );
    assert.ok(Math.abs((map[most] as number) - (1 - 128 / 255)) < 1e-6);
    assert.equal(map[0], 0);
    const other = await occlusionMap(predict, pixels, frame, 0, options);
    assert.ok((other[most] as number) < 0, 'hiding it helps the other class');
  });

  it('covers every pixel, small images too', () => {
    for (const size of [
      { width: 12, height: 8 },
      { width: 5, height: 1 },
      { width: 224, height: 224 },
    ]) {
      const covered = new Set<number>();
      for (const { left, top, right, bottom } of patchesOver({ ...size, channels: 1 }, options)) {
        assert.ok(left >= 0 && top >= 0 && right <= size.width && bottom <= size.height);
        for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) covered.add(y * size.width + x);
      }
      assert.equal(covered.size, size.width * size.height);
    }
  });
});

describe('heat', () => {
  it('is 0–1, and 0 where nothing speaks for the class', () => {
    const heat = { width: 2, height: 1, values: Float32Array.of(-1, 4) };
    assert.deepEqual([...normalizeHeat(heat).values], [0, 1]);
    assert.deepEqual([...normalizeHeat({ ...heat, values: Float32Array.of(-1, -2) }).values], [0, 0]);
  });

  it('is enlarged bilinearly', () => {
    const { values } = resizeHeat({ width: 2, height: 1, values: Float32Array.of(0, 1) }, 4, 2);
    assert.deepEqual([...values], [0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1]);
  });

  it('is averaged over networks', () => {
    const map = (value: number) => ({ width: 1, height: 1, values: Float32Array.of(value) });
    assert.equal(averageHeat([map(1), map(0)]).values[0], 0.5);
  });
});

describe('pictures', () => {
  it('have colours that only become lighter', () => {
    let last = -1;
    for (let level = 0; level <= 100; level++) {
      const [red, green, blue] = heatColor(level / 100);
      const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
      assert.ok(light > last - 0.6, `${level}`);
      last = light;
    }
    assert.ok(last > 220);
    assert.deepEqual(
      heatColor(0).map((value) => value < 8),
      [true, true, true],
    );
  });

  it('leave the image as it is where the map is 0, grey ones too', async () => {
    const heat = { width: 2, height: 1, values: Float32Array.of(0, 1) };
    const { data, info } = await sharp(await overlayPng(Uint8Array.of(90, 90), heat, 1))
      .raw()
      .toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height, info.channels], [2, 1, 3]);
    assert.deepEqual([...data.subarray(0, 3)], [90, 90, 90]);
    assert.deepEqual([...data.subarray(3)], heatColor(1));
    const alpha = await sharp(await heatPng(heat))
      .extractChannel(3)
      .raw()
      .toBuffer();
    assert.deepEqual([...alpha], [0, 255]);
  });
});
