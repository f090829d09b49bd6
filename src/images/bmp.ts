import { DecodeFailure } from './decode-failure.ts';

/** Pixels as they lie in memory: [height, width, channel], uint8. */
export interface RawImage {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array;
}

interface BmpHeader {
  width: number;
  height: number;
  topDown: boolean;
  bits: number;
  compression: number;
  dataOffset: number;
  /** Bytes an entry: 3 in OS/2 files, else 4. */
  paletteEntry: number;
  paletteOffset: number;
  paletteLength: number;
  /** Red, green, blue, alpha; for 16 and 32 bits. */
  masks: [number, number, number, number];
}

const RGB = 0;
const RLE8 = 1;
const RLE4 = 2;
const BITFIELDS = 3;
const ALPHA_BITFIELDS = 6;

/** Reads the header alone: cheap, and enough to refuse a bomb. @throws DecodeFailure */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 26) throw new DecodeFailure('truncated', 'BMP header ends early');
  const headerSize = view.getUint32(14, true);
  if (bytes.length < 14 + headerSize) throw new DecodeFailure('truncated', 'BMP header ends early');
  const core = headerSize === 12;
  const width = core ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = core ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(core ? 24 : 28, true);
  const compression = core || headerSize < 20 ? RGB : view.getUint32(30, true);
  if (width <= 0 || signedHeight === 0) throw new DecodeFailure('corrupt', 'BMP without width or height');
  if (![1, 2, 4, 8, 16, 24, 32].includes(bits)) throw new DecodeFailure('corrupt', `BMP with ${bits} bits a pixel`);
  if (![RGB, RLE8, RLE4, BITFIELDS, ALPHA_BITFIELDS].includes(compression)) {
    throw new DecodeFailure('unsupported', `BMP compression ${compression}`);
  }
  const dataOffset = view.getUint32(10, true);
  const masksBehind =
    headerSize === 40 ? (compression === BITFIELDS ? 12 : compression === ALPHA_BITFIELDS ? 16 : 0) : 0;
  const paletteOffset = 14 + headerSize + masksBehind;
  const paletteEntry = core ? 3 : 4;
  const declared = core || headerSize < 40 ? 0 : view.getUint32(46, true);
  const room = Math.max(
    0,
    Math.floor((Math.min(dataOffset || bytes.length, bytes.length) - paletteOffset) / paletteEntry),
  );
  const paletteLength = bits > 8 ? 0 : Math.min(declared || 1 << bits, 1 << bits, room);
  return {
    width,
    height: Math.abs(signedHeight),
    topDown: signedHeight < 0,
    bits,
    compression,
    dataOffset: dataOffset || paletteOffset + paletteLength * paletteEntry,
    paletteEntry,
    paletteOffset,
    paletteLength,
    masks: readMasks(view, headerSize, compression, bits),
  };
}

function readMasks(view: DataView, headerSize: number, compression: number, bits: number): BmpHeader['masks'] {
  const explicit = compression === BITFIELDS || compression === ALPHA_BITFIELDS;
  if (!explicit) return bits === 16 ? [0x7c00, 0x03e0, 0x001f, 0] : [0xff0000, 0xff00, 0xff, 0];
  const mask = (i: number) => (54 + i * 4 + 4 <= view.byteLength ? view.getUint32(54 + i * 4, true) : 0);
  const hasAlpha = headerSize >= 56 || compression === ALPHA_BITFIELDS;
  return [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0];
}

/**
 * Windows and OS/2 bitmaps: 1–32 bits, palette, bit fields, RLE, bottom-up and top-down.
 * @returns three channels, or four where the file declares an alpha mask.
 * @throws DecodeFailure `truncated` when rows are missing.
 */
export function decodeBmp(bytes: Uint8Array): RawImage {
  const header = readBmpHeader(bytes);
  if (header.compression === RLE8 || header.compression === RLE4) return decodeRle(bytes, header);
  return header.bits <= 8 ? decodePalette(bytes, header) : decodeTrueColour(bytes, header);
}

/** Offset of each row's bytes in the file. @throws DecodeFailure when the file ends before the last row. */
function rowStart(bytes: Uint8Array, header: BmpHeader): (y: number) => number {
  const stride = Math.floor((header.width * header.bits + 31) / 32) * 4;
  // The last row's padding is often left out.
  const needed = stride * (header.height - 1) + Math.ceil((header.width * header.bits) / 8);
  if (bytes.length < header.dataOffset + needed) {
    throw new DecodeFailure('truncated', `BMP holds ${bytes.length} of ${header.dataOffset + needed} bytes`);
  }
  return (y) => header.dataOffset + stride * (header.topDown ? y : header.height - 1 - y);
}

function decodePalette(bytes: Uint8Array, header: BmpHeader): RawImage {
  const start = rowStart(bytes, header);
  const indices = new Uint8Array(header.width * header.height);
  const perByte = 8 / header.bits;
  const mask = (1 << header.bits) - 1;
  for (let y = 0; y < header.height; y++) {
    const row = start(y);
    for (let x = 0; x < header.width; x++) {
      const shift = 8 - header.bits * ((x % perByte) + 1);
      indices[y * header.width + x] = ((bytes[row + Math.floor(x / perByte)] as number) >> shift) & mask;
    }
  }
  return applyPalette(bytes, header, indices);
}

function applyPalette(bytes: Uint8Array, header: BmpHeader, indices: Uint8Array): RawImage {
  const data = new Uint8Array(indices.length * 3);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i] as number;
    if (index >= header.paletteLength) continue;
    const entry = header.paletteOffset + index * header.paletteEntry;
    for (let c = 0; c < 3; c++) data[i * 3 + c] = bytes[entry + 2 - c] as number;
  }
  return { width: header.width, height: header.height, channels: 3, data };
}

function decodeTrueColour(bytes: Uint8Array, header: BmpHeader): RawImage {
  const start = rowStart(bytes, header);
  const { width, height, bits } = header;
  const channels = header.masks[3] && bits !== 24 ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  const size = bits / 8;
  const fields = header.masks.slice(0, channels).map(fieldOf);
  let out = 0;
  for (let y = 0; y < height; y++) {
    let at = start(y);
    for (let x = 0; x < width; x++, at += size) {
      if (bits === 24) {
        data[out++] = bytes[at + 2] as number;
        data[out++] = bytes[at + 1] as number;
        data[out++] = bytes[at] as number;
        continue;
      }
      let value = (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
      if (bits === 32) value |= ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
      for (const field of fields) data[out++] = (((value & field.mask) >>> field.shift) * 255) / field.max + 0.5;
    }
  }
  return { width, height, channels, data };
}

function fieldOf(mask: number): { mask: number; shift: number; max: number } {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  return { mask, shift, max: Math.max(1, mask >>> shift) };
}

/** Run-length coding; pixels that the runs leave out stay at palette entry 0. */
function decodeRle(bytes: Uint8Array, header: BmpHeader): RawImage {
  const { width, height } = header;
  const indices = new Uint8Array(width * height);
  const half = header.compression === RLE4;
  let at = header.dataOffset;
  let x = 0;
  let y = 0;
  const put = (index: number) => {
    if (x < width && y < height) indices[(header.topDown ? y : height - 1 - y) * width + x] = index;
    x++;
  };
  const nibble = (byte: number, i: number) => (half ? (i % 2 === 0 ? byte >> 4 : byte & 15) : byte);
  while (y < height) {
    if (at + 1 >= bytes.length) throw new DecodeFailure('truncated', 'BMP runs end early');
    const count = bytes[at++] as number;
    const value = bytes[at++] as number;
    if (count > 0) for (let i = 0; i < count; i++) put(nibble(value, i));
    else if (value === 1) break;
    else if (value === 0) {
      x = 0;
      y++;
    } else if (value === 2) {
      if (at + 1 >= bytes.length) throw new DecodeFailure('truncated', 'BMP runs end early');
      x += bytes[at++] as number;
      y += bytes[at++] as number;
    } else {
      const length = half ? Math.ceil(value / 2) : value;
      if (at + length > bytes.length) throw new DecodeFailure('truncated', 'BMP runs end early');
      for (let i = 0; i < value; i++) put(nibble(bytes[at + (half ? i >> 1 : i)] as number, i));
      at += length + (length % 2);
    }
  }
  return applyPalette(bytes, header, indices);
}
