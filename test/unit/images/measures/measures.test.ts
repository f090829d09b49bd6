import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RawImage } from '../../../../src/images/bmp.ts';
import { measureBorder } from '../../../../src/images/measures/border.ts';
import { measureImage } from '../../../../src/images/measures/measure-image.ts';
import { hammingDistance, perceptualHash } from '../../../../src/images/measures/perceptual-hash.ts';
import { pixelHash } from '../../../../src/images/measures/pixel-hash.ts';
import { measureSharpness } from '../../../../src/images/measures/sharpness.ts';
import { seededRandom } from '../../../../src/random.ts';

type Colour = readonly [number, number, number];

function paint(width: number, height: number, colourOf: (x: number, y: number) => Colour): RawImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(colourOf(x, y), (y * width + x) * 3);
  return { width, height, channels: 3, data };
}

const grey = (value: number): Colour => [value, value, value];
const near = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected} ± ${tolerance}`);

/** Colours that look like a photograph's: blobs with texture. */
function texture(width: number, height: number, seed = 1): RawImage {
  const random = seededRandom(seed);
  const blobs = Array.from({ length: 12 }, () => [random() * width, random() * height, random(), random()] as const);
  return paint(width, height, (x, y) => {
    const [, , a, b] = blobs.reduce((best, blob) =>
      Math.hypot(blob[0] - x, blob[1] - y) < Math.hypot(best[0] - x, best[1] - y) ? blob : best,
    );
    const ripple = (x * 7919 + y * 104_729) % 23;
    return [40 + 160 * a + ripple, 60 + 120 * b + ripple, 60 + 90 * a + ripple].map((value) =>
      Math.min(255, Math.max(0, Math.round(value))),
    ) as unknown as Colour;
  });
}

/** Mean of the neighbours within `reach`. */
function boxBlur(image: RawImage, reach: number): RawImage {
  const { width, height, data } = image;
  return paint(width, height, (x, y) => {
    const sums = [0, 0, 0];
    let count = 0;
    for (let v = Math.max(0, y - reach); v <= Math.min(height - 1, y + reach); v++) {
      for (let u = Math.max(0, x - reach); u <= Math.min(width - 1, x + reach); u++) {
        count++;
        for (let c = 0; c < 3; c++) sums[c] = (sums[c] ?? 0) + (data[(v * width + u) * 3 + c] as number);
      }
    }
    return sums.map((sum) => Math.round(sum / count)) as unknown as Colour;
  });
}

test('black, white and middle grey', () => {
  const black = measureImage(
    paint(8, 6, () => grey(0)),
    true,
  );
  assert.deepEqual(
    { ...black, perceptualHash: '', pixelHash: '' },
    {
      brightness: 0,
      dark: 0,
      light: 1,
      contrast: 0,
      saturation: 0,
      hue: null,
      color: '#000000',
      blur: 1,
      information: 0,
      border: 1,
      borderColor: '#000000',
      greyscale: true,
      perceptualHash: '',
      pixelHash: '',
    },
  );
  const white = measureImage(
    paint(8, 6, () => grey(255)),
    true,
  );
  near(white.light, 0, 1e-9);
  near(white.dark, 1, 1e-9);
  near(
    measureImage(
      paint(8, 6, () => grey(128)),
      true,
    ).brightness,
    128 / 255,
    1e-9,
  );
});

test('perceived brightness weighs green most, blue least', () => {
  const brightness = (colour: Colour) =>
    measureImage(
      paint(4, 4, () => colour),
      true,
    ).brightness;
  near(brightness([255, 0, 0]), Math.sqrt(0.241), 1e-9);
  near(brightness([0, 255, 0]), Math.sqrt(0.691), 1e-9);
  near(brightness([0, 0, 255]), Math.sqrt(0.068), 1e-9);
});

test('percentiles: a few bright pixels do not hide that an image is dark', () => {
  const value = (x: number, y: number) => grey(y * 100 + x < 50 ? 255 : 10);
  const { dark, light } = measureImage(paint(100, 100, value), true);
  near(dark, 10 / 255, 0.001);
  near(light, 1 - 10 / 255, 0.001);
});

const hues: [string, Colour, number | null, number][] = [
  ['red', [200, 0, 0], 0, 1],
  ['yellow', [200, 200, 0], 60, 1],
  ['green', [0, 200, 0], 120, 1],
  ['blue', [0, 0, 200], 240, 1],
  ['pink', [200, 100, 100], 0, 0.5],
  ['grey', [90, 90, 90], null, 0],
];
for (const [name, colour, hue, saturation] of hues) {
  test(`hue and saturation of ${name}`, () => {
    const measured = measureImage(
      paint(4, 4, () => colour),
      true,
    );
    if (hue === null) assert.equal(measured.hue, null);
    else near(measured.hue ?? -1, hue, 1e-9);
    near(measured.saturation, saturation, 1e-9);
  });
}

test('greyscale: what JPEG adds to grey pixels is no colour, a coloured patch is', () => {
  const noisy = (x: number, y: number): Colour => [100 + x, 100 + x + (y % 5), 100 + x - (x % 4)];
  assert.equal(measureImage(paint(50, 50, noisy), true).greyscale, true);
  const patch = (x: number, y: number): Colour => (x < 5 && y < 5 ? [200, 100, 100] : grey(100));
  assert.equal(measureImage(paint(50, 50, patch), true).greyscale, false);
  const { data } = paint(50, 50, (x) => grey(x * 5));
  const oneChannel = { width: 50, height: 50, channels: 1, data: data.filter((_, i) => i % 3 === 0) } as const;
  const rgb = measureImage({ width: 50, height: 50, channels: 3, data }, true);
  const grown = measureImage(oneChannel, true);
  near(grown.brightness, rgb.brightness, 1e-9);
  assert.deepEqual({ ...grown, brightness: 0 }, { ...rgb, brightness: 0 });
});

test('information: bits of the histogram', () => {
  near(
    measureImage(
      paint(16, 16, (x) => grey(x < 8 ? 0 : 200)),
      true,
    ).information,
    0.1,
    1e-9,
  );
  near(
    measureImage(
      paint(16, 16, (x, y) => grey(y * 16 + x)),
      true,
    ).information,
    0.8,
    1e-9,
  );
});

test('sharpness falls with blur, whatever the contrast', () => {
  const sharp = texture(100, 80);
  const sharpnessOf = (image: RawImage) => measureImage(image, true).blur;
  const levels = [sharp, boxBlur(sharp, 1), boxBlur(sharp, 2), boxBlur(sharp, 4)].map(sharpnessOf);
  assert.ok((levels[0] as number) > 0.4, `sharp: ${levels[0]}`);
  assert.ok((levels[2] as number) < 0.29, `blurred: ${levels[2]}`);
  for (let i = 1; i < levels.length; i++) assert.ok((levels[i] as number) < (levels[i - 1] as number));
  const faint = paint(100, 80, (x, y) => {
    const at = (y * 100 + x) * 3;
    return [0, 1, 2].map((c) => Math.round(110 + (sharp.data[at + c] as number) * 0.25)) as unknown as Colour;
  });
  near(sharpnessOf(faint), levels[0] as number, 0.15);
});

test('blur along one direction is found', () => {
  const still = texture(100, 80, 2);
  const moved = paint(
    100,
    80,
    (x, y) =>
      [0, 1, 2].map((c) => {
        const places = Array.from({ length: 7 }, (_, i) => Math.min(99, Math.max(0, x + i - 3)));
        const sum = places.reduce((total, place) => total + (still.data[(y * 100 + place) * 3 + c] as number), 0);
        return Math.round(sum / places.length);
      }) as unknown as Colour,
  );
  assert.ok(measureImage(moved, true).blur < 0.6 * measureImage(still, true).blur);
});

test('uniform images, gradients and a single step are not called blurry', () => {
  assert.equal(
    measureImage(
      paint(64, 64, () => grey(77)),
      true,
    ).blur,
    1,
  );
  assert.equal(
    measureImage(
      paint(200, 40, (x) => grey(20 + x)),
      true,
    ).blur,
    1,
  );
  assert.ok(
    measureImage(
      paint(64, 64, (x) => grey(x < 32 ? 20 : 200)),
      true,
    ).blur > 0.6,
  );
  assert.equal(measureSharpness(new Uint8Array([0, 255, 0]), 3, 1), 1);
});

const borders: [string, number, string | null, (x: number, y: number) => Colour | null][] = [
  ['none', 0, null, () => null],
  ['black bars above and below', 0.4, '#000000', (_x, y) => (y < 20 || y >= 80 ? [0, 0, 0] : null)],
  ['white bars left and right', 0.2, '#ffffff', (x) => (x < 10 || x >= 90 ? [255, 255, 255] : null)],
  ['a frame', 0.36, '#204060', (x, y) => (x < 10 || y < 10 || x >= 90 || y >= 90 ? [32, 64, 96] : null)],
  ['a bar below only', 0.15, '#ff0000', (_x, y) => (y >= 85 ? [255, 0, 0] : null)],
  ['an object on a plain background', 0, null, (x, y) => (Math.hypot(x - 50, y - 50) > 30 ? [255, 255, 255] : null)],
];
for (const [name, border, borderColor, colourOf] of borders) {
  test(`border: ${name}`, () => {
    const inside = texture(100, 100, 3);
    const image = paint(100, 100, (x, y) => {
      const at = (y * 100 + x) * 3;
      return colourOf(x, y) ?? (inside.data.slice(at, at + 3) as unknown as Colour);
    });
    const found = measureBorder(image);
    near(found.border, border, 1e-9);
    assert.equal(found.borderColor, borderColor);
  });
}

test('pHash: near for a brighter copy, far for another image; flat images have one hash', () => {
  const hashOf = ({ data, width, height }: RawImage) =>
    perceptualHash(
      Uint8Array.from({ length: width * height }, (_, i) => data[i * 3] as number),
      width,
      height,
    );
  const image = texture(90, 70, 5);
  const brighter = { ...image, data: image.data.map((value) => Math.min(255, value + 12)) };
  const distance = (a: RawImage, b: RawImage) => hammingDistance(BigInt(`0x${hashOf(a)}`), BigInt(`0x${hashOf(b)}`));
  assert.ok(distance(image, brighter) <= 4);
  assert.ok(distance(image, texture(90, 70, 6)) > 12);
  const flat = (value: number) => hashOf(paint(40, 40, () => grey(value)));
  assert.equal(flat(30), flat(200));
  assert.equal(hammingDistance(0n, 0xffff_ffff_ffff_ffffn), 64);
});

test('the hash of pixels is that of the picture: grey or RGB, but not another shape', () => {
  const one: RawImage = { width: 2, height: 3, channels: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) };
  const rgb = paint(2, 3, (x, y) => grey(y * 2 + x + 1));
  assert.equal(pixelHash(one), pixelHash(rgb));
  assert.notEqual(pixelHash({ ...one, width: 3, height: 2 }), pixelHash(one));
  assert.equal(measureImage(rgb, false).pixelHash, null);
});
