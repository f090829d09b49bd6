import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBmp } from '../../../src/images/bmp.ts';
import { DecodeFailure } from '../../../src/images/decode-failure.ts';

interface BmpParts {
  width: number;
  height: number;
  bits: number;
  compression?: number;
  palette?: number[][];
  masks?: number[];
  data: number[];
}

/** BITMAPINFOHEADER file; `palette` as [red, green, blue]. */
function writeBmp({ width, height, bits, compression = 0, palette = [], masks = [], data }: BmpParts): Buffer {
  const offset = 54 + masks.length * 4 + palette.length * 4;
  const file = Buffer.alloc(offset + data.length);
  file.write('BM');
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(offset, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(bits, 28);
  file.writeUInt32LE(compression, 30);
  file.writeUInt32LE(palette.length, 46);
  for (const [i, mask] of masks.entries()) file.writeUInt32LE(mask >>> 0, 54 + i * 4);
  for (const [i, [red = 0, green = 0, blue = 0]] of palette.entries()) {
    file.set([blue, green, red, 0], 54 + masks.length * 4 + i * 4);
  }
  file.set(data, offset);
  return file;
}

const RED = [255, 0, 0];
const GREEN = [0, 255, 0];
const BLUE = [0, 0, 255];
const WHITE = [255, 255, 255];
const PALETTE = [RED, GREEN, BLUE, WHITE];
/** What every file below shows: red, green above blue, white. */
const PICTURE = [...RED, ...GREEN, ...BLUE, ...WHITE];

const files: [string, BmpParts, number[]][] = [
  [
    '24 bits, bottom-up',
    { width: 2, height: 2, bits: 24, data: [255, 0, 0, 255, 255, 255, 0, 0, 0, 0, 255, 0, 255, 0, 0, 0] },
    PICTURE,
  ],
  [
    '24 bits, top-down',
    { width: 2, height: -2, bits: 24, data: [0, 0, 255, 0, 255, 0, 0, 0, 255, 0, 0, 255, 255, 255, 0, 0] },
    PICTURE,
  ],
  [
    '24 bits without the last padding',
    { width: 2, height: -2, bits: 24, data: [0, 0, 255, 0, 255, 0, 0, 0, 255, 0, 0, 255, 255, 255] },
    PICTURE,
  ],
  ['32 bits', { width: 2, height: -1, bits: 32, data: [1, 2, 3, 0, 4, 5, 6, 0] }, [3, 2, 1, 6, 5, 4]],
  ['8 bits', { width: 2, height: 2, bits: 8, palette: PALETTE, data: [2, 3, 0, 0, 0, 1, 0, 0] }, PICTURE],
  ['4 bits', { width: 2, height: 2, bits: 4, palette: PALETTE, data: [0x23, 0, 0, 0, 0x01, 0, 0, 0] }, PICTURE],
  [
    '1 bit',
    { width: 3, height: -1, bits: 1, palette: [RED, WHITE], data: [0b01000000, 0, 0, 0] },
    [...RED, ...WHITE, ...RED],
  ],
  [
    'index outside the palette is black',
    { width: 1, height: 1, bits: 8, palette: PALETTE, data: [9, 0, 0, 0] },
    [0, 0, 0],
  ],
  ['16 bits, 5-5-5', { width: 1, height: 1, bits: 16, data: [0x00, 0x7c, 0, 0] }, RED],
  [
    '16 bits, 5-6-5',
    { width: 1, height: 1, bits: 16, compression: 3, masks: [0xf800, 0x7e0, 0x1f], data: [0xe0, 0x07, 0, 0] },
    GREEN,
  ],
  [
    '32 bits, own masks',
    { width: 1, height: 1, bits: 32, compression: 3, masks: [0xff, 0xff00, 0xff0000], data: [1, 2, 3, 0] },
    [1, 2, 3],
  ],
  [
    '32 bits, alpha mask',
    {
      width: 1,
      height: 1,
      bits: 32,
      compression: 6,
      masks: [0xff, 0xff00, 0xff0000, 0xff000000],
      data: [1, 2, 3, 200],
    },
    [1, 2, 3, 200],
  ],
  [
    'RLE 8: run, literal, end of line',
    { width: 2, height: 2, bits: 8, compression: 1, palette: PALETTE, data: [1, 2, 1, 3, 0, 0, 1, 0, 1, 1, 0, 1] },
    PICTURE,
  ],
  [
    'RLE 8: literal with padding',
    { width: 3, height: 1, bits: 8, compression: 1, palette: PALETTE, data: [0, 3, 0, 1, 2, 0, 0, 1] },
    [...RED, ...GREEN, ...BLUE],
  ],
  [
    'RLE 8: jump',
    { width: 2, height: 2, bits: 8, compression: 1, palette: [WHITE, RED], data: [0, 2, 1, 1, 1, 1, 0, 1] },
    [...WHITE, ...RED, ...WHITE, ...WHITE],
  ],
  [
    'RLE 4',
    { width: 2, height: 2, bits: 4, compression: 2, palette: PALETTE, data: [2, 0x23, 0, 0, 2, 0x01, 0, 1] },
    PICTURE,
  ],
];

for (const [name, parts, pixels] of files) {
  test(`BMP: ${name}`, () => assert.deepEqual([...decodeBmp(writeBmp(parts)).data], pixels));
}

const refused: [string, Buffer, string][] = [
  ['rows missing', writeBmp({ width: 2, height: 2, bits: 24, data: [255, 0, 0] }), 'truncated'],
  ['a bomb of rows', writeBmp({ width: 60000, height: 60000, bits: 24, data: [] }), 'truncated'],
  [
    'runs end early',
    writeBmp({ width: 9, height: 9, bits: 8, compression: 1, palette: PALETTE, data: [3] }),
    'truncated',
  ],
  ['no width', writeBmp({ width: 0, height: 2, bits: 24, data: [] }), 'corrupt'],
  ['7 bits', writeBmp({ width: 2, height: 2, bits: 7, data: [] }), 'corrupt'],
  ['JPEG inside', writeBmp({ width: 2, height: 2, bits: 24, compression: 4, data: [] }), 'unsupported'],
];

for (const [name, file, cause] of refused) {
  test(`BMP refused: ${name}`, () => {
    assert.throws(
      () => decodeBmp(file),
      (error) => error instanceof DecodeFailure && error.skipCause === cause,
    );
  });
}
