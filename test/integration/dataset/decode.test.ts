import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { decodeImage, inspectImage } from '../../../src/images/decode.ts';
import { DecodeFailure } from '../../../src/images/decode-failure.ts';
import type { DecodeSettings } from '../../../src/images/preprocess.ts';

type Colour = [number, number, number];
const RED: Colour = [220, 30, 30];
const GREEN: Colour = [30, 200, 30];
const BLUE: Colour = [40, 40, 220];
const WHITE: Colour = [250, 250, 250];
const CORNERS = [RED, GREEN, BLUE, WHITE];

/** Red and green above blue and white, in quarters; one size for the own resampler, one for libvips'. */
const SIZES = { small: [48, 32], large: [480, 320] } as const;

function quarters(width: number, height: number): Sharp {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      data.set(CORNERS[(y < height / 2 ? 0 : 2) + (x < width / 2 ? 0 : 1)] as Colour, (y * width + x) * 3);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

const stretch: DecodeSettings = { width: 24, height: 16, color: 'rgb', resize: 'stretch' };

function cornersOf(pixels: Uint8Array, { width, height }: DecodeSettings): Colour[] {
  const at = (x: number, y: number) => [...pixels.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)] as Colour;
  const [right, bottom] = [width - 4, height - 4];
  return [at(3, 3), at(right, 3), at(3, bottom), at(right, bottom)];
}

function assertColours(actual: Colour[], expected: Colour[], tolerance: number): void {
  actual.forEach((colour, i) => {
    const off = Math.max(...colour.map((value, c) => Math.abs(value - ((expected[i] as Colour)[c] as number))));
    assert.ok(off <= tolerance, `corner ${i}: ${colour} instead of ${expected[i]}`);
  });
}

// CMYK can't show this green: its tolerance is wide, and still tells an inverted picture.
const formats: [name: string, format: string, encode: (image: Sharp) => Sharp, tolerance: number, channels: number][] =
  [
    ['JPEG', 'jpeg', (image) => image.jpeg({ quality: 95 }), 8, 3],
    ['progressive JPEG', 'jpeg', (image) => image.jpeg({ quality: 95, progressive: true }), 8, 3],
    ['CMYK JPEG', 'jpeg', (image) => image.toColourspace('cmyk').jpeg({ quality: 95 }), 90, 4],
    ['PNG', 'png', (image) => image.png(), 1, 3],
    ['interlaced PNG', 'png', (image) => image.png({ progressive: true }), 1, 3],
    ['16-bit PNG', 'png', (image) => image.toColourspace('rgb16').png(), 1, 3],
    ['palette PNG', 'png', (image) => image.png({ palette: true }), 3, 3],
    ['WebP', 'webp', (image) => image.webp({ quality: 95 }), 12, 3],
    ['lossless WebP', 'webp', (image) => image.webp({ lossless: true }), 1, 3],
    ['GIF', 'gif', (image) => image.gif(), 10, 3],
    ['TIFF', 'tiff', (image) => image.tiff({ compression: 'lzw' }), 1, 3],
    ['16-bit TIFF', 'tiff', (image) => image.toColourspace('rgb16').tiff({ compression: 'deflate' }), 1, 3],
    ['AVIF', 'avif', (image) => image.avif({ quality: 90, effort: 0 }), 12, 3],
    ['JPEG with a Display P3 profile', 'jpeg', (image) => image.withIccProfile('p3').jpeg({ quality: 95 }), 8, 3],
  ];

describe('decode: every format gives the picture, small and large', () => {
  for (const [name, format, encode, tolerance, channels] of formats) {
    for (const [size, [width, height]] of Object.entries(SIZES)) {
      test(`${name}, ${size}`, async () => {
        const bytes = await encode(quarters(width, height)).toBuffer();
        const facts = await inspectImage(bytes);
        assert.equal(facts.format, format);
        assert.deepEqual([facts.width, facts.height], [width, height]);
        if (format !== 'gif' && name !== 'palette PNG') assert.equal(facts.channels, channels);
        const pixels = await decodeImage(bytes, stretch);
        assert.equal(pixels.length, 24 * 16 * 3);
        assertColours(cornersOf(pixels, stretch), CORNERS, tolerance);
      });
    }
  }
});

/** Which corner of the stored picture is seen top left, top right, bottom left, bottom right. */
const orientations: [number, number[]][] = [
  [1, [0, 1, 2, 3]],
  [2, [1, 0, 3, 2]],
  [3, [3, 2, 1, 0]],
  [4, [2, 3, 0, 1]],
  [5, [0, 2, 1, 3]],
  [6, [2, 0, 3, 1]],
  [7, [3, 1, 2, 0]],
  [8, [1, 3, 0, 2]],
];

describe('decode: EXIF orientation', () => {
  for (const [orientation, seen] of orientations) {
    for (const [size, [width, height]] of Object.entries(SIZES)) {
      test(`${orientation}, ${size}`, async () => {
        const bytes = await quarters(width, height).withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer();
        const { width: w, height: h } = await inspectImage(bytes);
        assert.deepEqual([w, h], orientation > 4 ? [height, width] : [width, height]);
        const settings: DecodeSettings = { ...stretch, width: 20, height: 20, resize: 'stretch' };
        const pixels = await decodeImage(bytes, settings);
        assertColours(
          cornersOf(pixels, settings),
          seen.map((corner) => CORNERS[corner] as Colour),
          8,
        );
      });
    }
  }
});

describe('decode: colours', () => {
  for (const size of [16, 400]) {
    test(`grey files at ${size} pixels, as RGB and as grey`, async () => {
      const image = sharp({ create: { width: size, height: size, channels: 3, background: '#808080' } }).toColourspace(
        'b-w',
      );
      for (const bytes of [await image.clone().jpeg().toBuffer(), await image.clone().png().toBuffer()]) {
        assert.equal((await inspectImage(bytes)).channels, 1);
        const rgb = await decodeImage(bytes, { width: 4, height: 4, color: 'rgb', resize: 'crop' });
        const grey = await decodeImage(bytes, { width: 4, height: 4, color: 'grey', resize: 'crop' });
        assert.deepEqual([rgb.length, grey.length], [48, 16]);
        for (const value of [...rgb, ...grey]) assert.ok(Math.abs(value - 128) <= 1, `${value}`);
      }
    });

    test(`16-bit grey PNG at ${size} pixels`, async () => {
      const raw = new Uint16Array(size * size).fill(0x8080);
      const bytes = await sharp(raw, { raw: { width: size, height: size, channels: 1 } })
        .toColourspace('grey16')
        .png()
        .toBuffer();
      assert.equal((await sharp(bytes).metadata()).depth, 'ushort');
      const pixels = await decodeImage(bytes, { width: 4, height: 4, color: 'grey', resize: 'crop' });
      for (const value of pixels) assert.ok(Math.abs(value - 128) <= 1, `${value}`);
    });

    test(`transparency lies on white, at ${size} pixels`, async () => {
      const background = { r: 0, g: 0, b: 0, alpha: 0.5 };
      const image = sharp({ create: { width: size, height: size, channels: 4, background } });
      for (const bytes of [
        await image.clone().png().toBuffer(),
        await image.clone().webp({ lossless: true }).toBuffer(),
      ]) {
        const pixels = await decodeImage(bytes, { width: 4, height: 4, color: 'rgb', resize: 'crop' });
        for (const value of pixels) assert.ok(Math.abs(value - 127) <= 2, `${value}`);
      }
    });

    test(`grey from RGB is BT.601 luma, at ${size} pixels`, async () => {
      const bytes = await sharp({ create: { width: size, height: size, channels: 3, background: '#00ff00' } })
        .png()
        .toBuffer();
      const pixels = await decodeImage(bytes, { width: 2, height: 2, color: 'grey', resize: 'crop' });
      assert.deepEqual([...pixels], [150, 150, 150, 150]);
    });
  }
});

describe('decode: fit', () => {
  for (const [width, height] of [
    [40, 20],
    [800, 400],
  ] as const) {
    test(`${width} × ${height}: crop drops the sides, pad adds black above and below`, async () => {
      const bytes = await quarters(width, height).png().toBuffer();
      const crop = await decodeImage(bytes, { width: 16, height: 16, color: 'rgb', resize: 'crop' });
      assertColours(cornersOf(crop, { width: 16, height: 16, color: 'rgb', resize: 'crop' }), CORNERS, 2);
      const pad = await decodeImage(bytes, { width: 16, height: 16, color: 'rgb', resize: 'pad' });
      assert.deepEqual([...pad.subarray(0, 16 * 3 * 4)], new Array(16 * 3 * 4).fill(0));
      assert.deepEqual([...pad.subarray(5 * 48, 5 * 48 + 3)], RED);
      assert.deepEqual([...pad.subarray(12 * 48)], new Array(16 * 3 * 4).fill(0));
    });
  }
});

test('decode: the first frame of an animation', async () => {
  const frames = await Promise.all(
    ['#ff0000', '#0000ff'].map((background) =>
      sharp({ create: { width: 16, height: 16, channels: 3, background } })
        .png()
        .toBuffer(),
    ),
  );
  const animation = sharp(frames, { join: { animated: true } });
  for (const bytes of [await animation.clone().gif().toBuffer(), await animation.clone().webp().toBuffer()]) {
    const { width, height } = await inspectImage(bytes);
    assert.deepEqual([width, height], [16, 16]);
    const [red = 0, , blue = 0] = await decodeImage(bytes, { width: 4, height: 4, color: 'rgb', resize: 'crop' });
    assert.ok(red > 230 && blue < 25, `${red} ${blue}`);
  }
});

test('decode: an SVG is drawn at the target size', async () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10" width="10" height="10"><rect width="10" height="10" fill="#fff"/><rect width="5" height="10"/></svg>',
  );
  const pixels = await decodeImage(svg, { width: 200, height: 200, color: 'grey', resize: 'crop' });
  const row = [...pixels.subarray(100 * 200, 101 * 200)];
  assert.ok(
    row.slice(0, 99).every((value) => value < 3) && row.slice(101).every((value) => value > 252),
    'a soft edge',
  );
});

test('decode: an SVG without background lies on white', async () => {
  const svg = Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><circle cx="2" cy="2" r="1"/></svg>',
  );
  const pixels = await decodeImage(svg, { width: 32, height: 32, color: 'grey', resize: 'crop' });
  assert.equal(pixels[0], 255);
  assert.ok((pixels[16 * 32 + 16] as number) < 5);
});

/** A PNG whose header alone is real. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(25);
  header.writeUInt32BE(13, 0);
  header.write('IHDR', 4);
  header.writeUInt32BE(width, 8);
  header.writeUInt32BE(height, 12);
  header.set([8, 2, 0, 0, 0], 16);
  header.writeUInt32BE(crc32(header.subarray(4, 21)), 21);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), header]);
}

async function causeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'none';
  } catch (error) {
    if (!(error instanceof DecodeFailure)) throw error;
    assert.ok(error.message.length > 5 && error.message.length < 200, error.message);
    return error.skipCause;
  }
}

describe('decode: what can not be used says why', () => {
  const cut = (bytes: Buffer, share: number) => bytes.subarray(0, Math.floor(bytes.length * share));
  for (const [name, , encode] of formats) {
    for (const [size, [width, height]] of Object.entries(SIZES)) {
      test(`${name}, ${size}, cut off`, async () => {
        const bytes = await encode(quarters(width, height)).toBuffer();
        for (const share of [0.5, 0.9]) {
          assert.equal(await causeOf(inspectImage(cut(bytes, share))), 'truncated', `inspect ${share}`);
          assert.equal(await causeOf(decodeImage(cut(bytes, share), stretch)), 'truncated', `decode ${share}`);
        }
      });
    }
  }

  test('noise inside a PNG', async () => {
    const noise = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 2654435761) >>> 24);
    const bytes = await sharp(noise, { raw: { width: 64, height: 64, channels: 3 } })
      .png()
      .toBuffer();
    for (let i = 0; i < 60; i++) bytes[Math.floor(bytes.length / 2) + i] = i;
    assert.equal(await causeOf(inspectImage(bytes)), 'corrupt');
  });

  for (const [name, bytes, cause] of [
    ['no bytes', Buffer.alloc(0), 'empty-file'],
    ['text', Buffer.from('hello, I am a picture\n'), 'not-an-image'],
    ['zeros', Buffer.alloc(4096), 'not-an-image'],
    ['HEIC', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), 'unsupported'],
    ['a PNG of 3.6 gigapixels', bomb(60000, 60000), 'too-large'],
    ['a PNG header alone', bomb(600, 600), 'truncated'],
    ['a JPEG of three bytes', Buffer.from([0xff, 0xd8, 0xff]), 'truncated'],
    ['an SVG that is no XML', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><<</svg>'), 'corrupt'],
  ] as [string, Buffer, string][]) {
    test(name, async () => {
      assert.equal(await causeOf(inspectImage(bytes)), cause);
      assert.equal(await causeOf(decodeImage(bytes, stretch)), cause);
    });
  }

  for (const [name, , encode] of formats) {
    test(`${name} above the limit of pixels`, async () => {
      const bytes = await encode(quarters(48, 32)).toBuffer();
      assert.equal(await causeOf(decodeImage(bytes, stretch, { pixels: 1000 })), 'too-large');
      assert.equal(await causeOf(inspectImage(bytes, { pixels: 1000 })), 'too-large');
    });
  }
});

test('decode: a JPEG with rubbish behind its end is used', async () => {
  const bytes = Buffer.concat([await quarters(48, 32).jpeg().toBuffer(), Buffer.from('appended by a camera')]);
  assert.equal((await decodeImage(bytes, stretch)).length, 24 * 16 * 3);
});

test('decode: thousands of images leave the memory as it was', async () => {
  const bytes = await Promise.all(
    [...formats.slice(0, 5)].map(([, , encode]) => encode(quarters(480, 320)).toBuffer()),
  );
  const broken = bytes.map((file) => file.subarray(0, file.length / 2));
  const decodeMany = async (count: number) => {
    for (let i = 0; i < count; i += 10) {
      await Promise.all(bytes.map((file) => decodeImage(file, stretch)));
      await Promise.allSettled(broken.map((file) => decodeImage(file, stretch)));
    }
    return process.memoryUsage.rss() / 2 ** 20;
  };
  const before = await decodeMany(200);
  const after = await decodeMany(600);
  assert.ok(after - before < 60, `grew from ${before.toFixed(0)} to ${after.toFixed(0)} MB`);
});
