import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawImage, type ImageDraw } from '../../../../src/images/augment/draw.ts';
import type { AugmentConfig } from '../../../../src/training/config-augment.ts';
import { defaultAugment } from '../../../../src/training/config-augment.ts';
import { augmentPresets, fromImageDataGenerator } from '../../../../src/training/config-augment-presets.ts';

const frame = { width: 64, height: 48, channels: 3 } as const;
const COUNT = 20_000;

function draws(config: AugmentConfig): ImageDraw[] {
  return Array.from({ length: COUNT }, (_, seed) => drawImage(config, seed, frame));
}

const preset = (name: string) => augmentPresets.find((entry) => entry.name === name)!.augment;

/** A share of `COUNT` draws, to four standard deviations. */
function assertShare(values: boolean[], expected: number): void {
  const share = values.filter(Boolean).length / values.length;
  const deviation = Math.sqrt((expected * (1 - expected)) / values.length);
  assert.ok(Math.abs(share - expected) <= 4 * deviation, `${share} instead of ${expected}`);
}

/** Uniform on [low, high]: the ends are reached, and mean and variance are right. */
function assertUniform(values: number[], low: number, high: number): void {
  const width = high - low;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  assert.ok(Math.min(...values) >= low - 1e-9 && Math.max(...values) <= high + 1e-9);
  assert.ok(Math.min(...values) < low + 0.01 * width && Math.max(...values) > high - 0.01 * width);
  assert.ok(Math.abs(mean - (low + high) / 2) < (4 * width) / Math.sqrt(12 * values.length), `mean ${mean}`);
  assert.ok(Math.abs(variance / (width ** 2 / 12) - 1) < 0.05, `variance ${variance}`);
}

const isNumber = (value: number | null): value is number => value !== null;

describe('preset fastai draws as aug_transforms()', () => {
  const all = draws(preset('fastai'));

  it('flips half', () => {
    assertShare(
      all.map(({ flip }) => flip.horizontal),
      0.5,
    );
    assert.ok(!all.some(({ flip }) => flip.vertical));
  });

  it('turns three quarters by up to 10°', () => {
    assertShare(
      all.map(({ rotate }) => rotate !== 0),
      0.75,
    );
    assertUniform(
      all.map(({ rotate }) => rotate).filter((angle) => angle !== 0),
      -10,
      10,
    );
  });

  it('zooms three quarters by 1 to 1.1 about any point, both axes alike', () => {
    const zooms = all.map(({ zoom }) => zoom).filter((zoom) => zoom !== null);
    assertShare(
      all.map(({ zoom }) => zoom !== null),
      0.75,
    );
    assertUniform(
      zooms.map(({ x }) => 1 / x),
      1,
      1.1,
    );
    assertUniform(
      zooms.map(({ atX }) => atX),
      0,
      1,
    );
    assertUniform(
      zooms.map(({ atY }) => atY),
      0,
      1,
    );
    assert.ok(zooms.every(({ x, y }) => x === y));
  });

  it('tilts each axis three times in four by up to 0.2', () => {
    const x = all.map(({ tilt }) => tilt?.x ?? 0);
    const y = all.map(({ tilt }) => tilt?.y ?? 0);
    assertShare(
      x.map((tilt) => tilt !== 0),
      0.75,
    );
    assertShare(
      x.map((tilt, i) => tilt !== 0 && y[i] !== 0),
      0.75 ** 2,
    );
    assertUniform(
      x.filter((tilt) => tilt !== 0),
      -0.2,
      0.2,
    );
    assertUniform(
      y.filter((tilt) => tilt !== 0),
      -0.2,
      0.2,
    );
  });

  it('changes light between 0.4 and 0.6 and contrast between 0.8 and 1.25, evenly in the logarithm', () => {
    const light = all.map(({ brightness }) => brightness);
    assertShare(
      light.map((value) => value !== null),
      0.75,
    );
    assertUniform(light.filter(isNumber), 0.4, 0.6);
    const contrast = all.map((draw) => draw.contrast);
    assertShare(
      contrast.map((value) => value !== null),
      0.75,
    );
    assertUniform(contrast.filter(isNumber).map(Math.log), Math.log(0.8), -Math.log(0.8));
  });
});

describe('fromImageDataGenerator draws as Keras does', () => {
  const all = draws(
    fromImageDataGenerator({
      rotation_range: 25,
      width_shift_range: 0.1,
      height_shift_range: 0.3,
      shear_range: 12,
      zoom_range: 0.2,
      channel_shift_range: 30,
      brightness_range: [0.7, 1.3],
      horizontal_flip: true,
      vertical_flip: true,
    }),
  );

  it('every range for every image', () => {
    assertUniform(
      all.map(({ rotate }) => rotate),
      -25,
      25,
    );
    assertUniform(
      all.map(({ shift }) => shift!.x),
      -0.1,
      0.1,
    );
    assertUniform(
      all.map(({ shift }) => shift!.y),
      -0.3,
      0.3,
    );
    assertUniform(
      all.map(({ shear }) => shear!.x),
      -12,
      12,
    );
    assertUniform(
      all.map(({ zoom }) => zoom!.x),
      0.8,
      1.2,
    );
    assertUniform(
      all.map(({ zoom }) => zoom!.y),
      0.8,
      1.2,
    );
    assertUniform(
      all.map(({ brightness }) => brightness!),
      0.7,
      1.3,
    );
    assertUniform(
      all.map(({ channelShift }) => channelShift![0]!),
      -30,
      30,
    );
  });

  it('zooms each axis by itself about the middle, shifts all channels alike, flips half each way', () => {
    const zooms = all.map(({ zoom }) => zoom!);
    assert.ok(zooms.some(({ x, y }) => Math.abs(x - y) > 0.2));
    assert.ok(zooms.every(({ atX, atY }) => atX === 0.5 && atY === 0.5));
    assert.ok(all.every(({ channelShift }) => new Set(channelShift).size === 1));
    assertShare(
      all.map(({ flip }) => flip.horizontal),
      0.5,
    );
    assertShare(
      all.map(({ flip }) => flip.vertical),
      0.5,
    );
    assertShare(
      all.map(({ flip }) => flip.vertical && flip.horizontal),
      0.25,
    );
  });

  it('its defaults do nothing but name the filling', () => {
    assert.deepEqual(drawImage(fromImageDataGenerator({}), 3, frame), drawImage(defaultAugment, 3, frame));
    assert.equal(fromImageDataGenerator({}).fill.mode, 'nearest');
    assert.throws(() => fromImageDataGenerator({ brightness_range: [0.2, 1] }), { code: 'not-symmetric' });
  });
});

describe('drawImage', () => {
  it('keeps the draws of an operation when another is switched on or its own strength changes', () => {
    const one = structuredClone(defaultAugment);
    one.rotate = { probability: 0.5, degrees: 10 };
    const other = structuredClone(one);
    other.brightness.probability = 1;
    other.zoom.probability = 1;
    other.rotate.degrees = 20;
    for (let seed = 0; seed < 100; seed++) {
      const angle = drawImage(one, seed, frame).rotate;
      assert.ok(Math.abs(drawImage(other, seed, frame).rotate - 2 * angle) < 1e-9);
    }
  });

  it('erases rectangles of the wanted area and aspect inside the image', () => {
    const erase = { ...defaultAugment.erase, probability: 1, count: 2 };
    const holes = draws({ ...defaultAugment, erase }).flatMap((draw) => draw.erase!.rectangles);
    assert.ok(holes.length > 1.9 * COUNT);
    for (const { left, top, width, height } of holes) {
      assert.ok(left >= 0 && top >= 0 && left + width <= frame.width && top + height <= frame.height);
    }
    const areas = holes.map(({ width, height }) => (width * height) / (frame.width * frame.height));
    assert.ok(Math.min(...areas) > 0.015 && Math.max(...areas) < 0.35);
  });

  it('crops padded windows evenly over whole pixels, and parts of the wanted size', () => {
    const padded = draws({ ...defaultAugment, crop: { ...defaultAugment.crop, probability: 1 } }).map(
      ({ crop }) => crop!,
    );
    const lefts = new Set(padded.map(({ left }) => left));
    assert.deepEqual(
      [...lefts].sort((a, b) => a - b),
      Array.from({ length: 17 }, (_, i) => i - 8),
    );
    const resized = draws({
      ...defaultAugment,
      crop: { ...defaultAugment.crop, probability: 1, mode: 'resized', minArea: 0.08 },
    }).map(({ crop }) => crop!);
    for (const { left, top, width, height } of resized) {
      assert.ok(left >= 0 && top >= 0 && left + width <= frame.width && top + height <= frame.height);
      const aspect = width / height / (frame.width / frame.height);
      assert.ok(aspect > 0.68 && aspect < 1.48, `${aspect}`);
    }
  });
});
