import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import sharp from 'sharp';
import { reshape } from '../../../src/evaluation/predictor/view-ops.ts';
import { Augmenter } from '../../../src/images/augment/augmenter.ts';
import { drawImage } from '../../../src/images/augment/draw.ts';
import { decodeImage, decodeWithin, inspectImage } from '../../../src/images/decode.ts';
import { DecodeFailure } from '../../../src/images/decode-failure.ts';
import { channelsOf, type DecodeSettings, decodedSize, storedSettings } from '../../../src/images/preprocess.ts';
import { Problem } from '../../../src/problem.ts';
import { assertColorsFor } from '../../../src/training/augment-colors.ts';
import { defaultConfig } from '../../../src/training/config.ts';
import { defaultAugment } from '../../../src/training/config-augment.ts';
import { fixedNormalization } from '../../../src/training/normalization.ts';
import { type TiffImage, tiffOf } from './tiff.ts';

const side = 4;
const rgba: DecodeSettings = { width: side, height: side, color: 'rgba', resize: 'stretch' };
const bandsOf = (bands: number, bandMaximum = 0): DecodeSettings => ({ ...rgba, color: 'bands', bands, bandMaximum });

function ramp(bands: number, step: number): number[] {
  return Array.from({ length: side * side * bands }, (_, i) => (i % bands) * step + Math.floor(i / bands));
}

describe('transparency as a channel', () => {
  const values = Uint8Array.from(ramp(4, 40));
  it('is decoded as it is stored, colours under it too', async () => {
    const file = await sharp(values, { raw: { width: side, height: side, channels: 4 } })
      .png()
      .toBuffer();
    assert.deepEqual(await decodeImage(file, rgba), values);
  });
  it('is 255 where a file has none', async () => {
    for (const channels of [1, 3] as const) {
      const raw = { width: side, height: side, channels };
      const file = await sharp(Uint8Array.from(ramp(channels, 40)), { raw })
        .png()
        .toBuffer();
      const found = await decodeImage(file, rgba);
      assert.deepEqual(
        [...found.subarray(0, 8)],
        channels === 1 ? [0, 0, 0, 255, 1, 1, 1, 255] : [0, 40, 80, 255, 1, 41, 81, 255],
      );
    }
  });
  it('of a large picture is resized without being multiplied into the colours', async () => {
    const large = { width: 300, height: 300, channels: 4 as const };
    const pixels = Buffer.alloc(300 * 300 * 4);
    for (let i = 0; i < pixels.length; i += 4) pixels.set([200, 100, 50, 0], i);
    const file = await sharp(pixels, { raw: large }).png().toBuffer();
    assert.deepEqual([...(await decodeImage(file, rgba)).subarray(0, 4)], [200, 100, 50, 0]);
  });
});

describe('bands', () => {
  const table: [name: string, image: Omit<TiffImage, 'width' | 'height' | 'values'>, step: number, maximum: number][] =
    [
      ['two of 8 bits', { bands: 2, bits: 8 }, 100, 0],
      ['four of 8 bits', { bands: 4, bits: 8 }, 50, 0],
      ['red, green, blue and one more', { bands: 4, bits: 8, isRgb: true }, 50, 0],
      ['thirteen of 8 bits', { bands: 13, bits: 8 }, 15, 0],
      ['five of 16 bits', { bands: 5, bits: 16 }, 10_000, 0],
      ['red, green, blue and one more of 16 bits', { bands: 4, bits: 16, isRgb: true }, 10_000, 0],
      ['thirteen of 16 bits up to 10,000', { bands: 13, bits: 16 }, 900, 10_000],
    ];
  for (const [name, image, step, maximum] of table) {
    it(`${name} are all decoded`, async () => {
      const values = ramp(image.bands, step);
      const found = await decodeImage(
        tiffOf({ ...image, width: side, height: side, values }),
        bandsOf(image.bands, maximum),
      );
      const most = maximum || (image.bits === 8 ? 255 : 65535);
      assert.deepEqual(
        [...found],
        values.map((value) => Math.min(255, Math.round((value * 255) / most))),
      );
    });
  }

  it('are counted, and told where they are more or fewer than the config says', async () => {
    const file = tiffOf({ width: side, height: side, bands: 5, bits: 8, values: ramp(5, 20) });
    assert.equal((await inspectImage(file)).channels, 5);
    await assert.rejects(decodeImage(file, bandsOf(4)), (error) => {
      assert.ok(error instanceof DecodeFailure);
      assert.deepEqual([error.skipCause, error.message], ['unsupported', 'It has 5 bands, and input.bands is 4']);
      return true;
    });
  });

  it('are looked at by the first three, light enough to be seen', async () => {
    const file = tiffOf({ width: side, height: side, bands: 8, bits: 16, values: ramp(8, 100) });
    const { channels, data } = await decodeWithin(file, 64);
    assert.deepEqual([channels, ...data.subarray(0, 3)], [3, 0, 119, 237]);
  });

  it('come to the network as colours where the config says rgb', async () => {
    const file = tiffOf({ width: side, height: side, bands: 8, bits: 8, values: ramp(8, 20) });
    const found = await decodeImage(file, { ...rgba, color: 'rgb' });
    assert.deepEqual([...found.subarray(0, 6)], [0, 20, 40, 1, 21, 41]);
  });

  it('decide the size of what is kept', () => {
    assert.deepEqual([channelsOf(rgba), channelsOf(bandsOf(7)), decodedSize(bandsOf(7))], [4, 7, side * side * 7]);
    assert.deepEqual(storedSettings({ ...bandsOf(7), color: 'rgb' }), { ...rgba, color: 'rgb' });
    assert.deepEqual(storedSettings(bandsOf(7, 100)), bandsOf(7, 100));
  });

  it('beyond the colours are normalised by the colours’ mean', () => {
    assert.deepEqual(
      fixedNormalization('imagenet', 5).mean.map((value) => Number(value.toFixed(4))),
      [0.485, 0.456, 0.406, 0.449, 0.449],
    );
    assert.equal(fixedNormalization('imagenet', 1).mean.length, 1);
    assert.deepEqual(fixedNormalization('caffe', 4).std, new Array(4).fill(1 / 255));
  });
});

describe('augmentation of other channels', () => {
  const all = {
    ...defaultAugment,
    flip: { horizontal: 1, vertical: 0 },
    brightness: { ...defaultAugment.brightness, probability: 1, amount: 0.8 },
    saturation: { ...defaultAugment.saturation, probability: 1, amount: 0.8 },
  };
  const pixels = Uint8Array.from({ length: 8 * 8 * 4 }, (_, i) => (i * 37) % 251);
  const settings = { width: 8, height: 8, color: 'rgba' as const };

  it('moves transparency with the colours, and leaves its values', () => {
    const changed = new Uint8Array(pixels);
    new Augmenter(all, settings).apply(changed, drawImage(all, 3, { width: 8, height: 8, channels: 4 }));
    for (let y = 0; y < 8; y++)
      for (let x = 0; x < 8; x++) assert.equal(changed[(y * 8 + x) * 4 + 3], pixels[(y * 8 + 7 - x) * 4 + 3]);
  });

  it('changes the colours as it changes those of a picture without', () => {
    const colors = (from: Uint8Array) => from.filter((_, i) => i % 4 !== 3);
    const [four, three] = [new Uint8Array(pixels), colors(pixels)];
    const draw = drawImage(all, 3, { width: 8, height: 8, channels: 3 });
    new Augmenter(all, settings).apply(four, draw);
    new Augmenter(all, { ...settings, color: 'rgb' }).apply(three, draw);
    assert.notDeepEqual(three, colors(pixels));
    assert.deepEqual(colors(four), three);
  });

  it('changes each band as a grey picture', () => {
    const draw = drawImage(all, 3, { width: 8, height: 8, channels: 4 });
    const whole = new Uint8Array(pixels);
    new Augmenter(all, { ...settings, color: 'bands', bands: 4 }).apply(whole, draw);
    const one = pixels.filter((_, i) => i % 4 === 2);
    new Augmenter(all, { ...settings, color: 'grey' }).apply(one, draw);
    assert.deepEqual(
      whole.filter((_, i) => i % 4 === 2),
      one,
    );
  });

  it('refuses to change colours of bands', () => {
    const config = { augment: all, input: { ...defaultConfig.input, color: 'bands' as const } };
    assert.throws(
      () => assertColorsFor(config),
      (error) => error instanceof Problem && error.code === 'no-colors',
    );
    assertColorsFor({ ...config, input: defaultConfig.input });
    assertColorsFor({ ...config, augment: defaultAugment });
  });

  it('of test-time views leaves transparency as it is', () => {
    const target = new Uint8Array(pixels.length);
    const change = { map: [1, 0, 0, 1] as [number, number, number, number], brightness: 1, contrast: 1 };
    reshape(pixels, target, { width: 8, height: 8, channels: 4, lightEnd: 3 }, change);
    assert.deepEqual(
      target.filter((_, i) => i % 4 === 3),
      pixels.filter((_, i) => i % 4 === 3),
    );
    assert.notDeepEqual(target, pixels);
  });
});
