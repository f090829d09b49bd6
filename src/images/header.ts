import { readBmpHeader } from './bmp.ts';
import type { FileFormat } from './sniff.ts';

/** What a file's first bytes say; sizes before EXIF orientation. */
export interface ImageHeader {
  width: number;
  height: number;
  /** As stored, alpha included; a palette counts as what it holds (3). */
  channels: number;
}

/**
 * Reads size and channels without a decoder, for the formats where that takes a few lines.
 * @returns null for other formats and where the header makes no sense (the decoder will say why).
 */
export function readHeader(bytes: Uint8Array, format: FileFormat): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case 'png':
      return pngHeader(view);
    case 'jpeg':
      return jpegHeader(view);
    case 'gif':
      return view.byteLength < 10
        ? null
        : { width: view.getUint16(6, true), height: view.getUint16(8, true), channels: 3 };
    case 'bmp': {
      const { width, height } = readBmpHeader(bytes);
      return { width, height, channels: 3 };
    }
    default:
      return null;
  }
}

/** PNG specification, 11.2.2 IHDR: colour types 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGB + alpha. */
function pngHeader(view: DataView): ImageHeader | null {
  if (view.byteLength < 33 || view.getUint32(12) !== 0x49484452) return null;
  const channels = [1, 0, 3, 3, 2, 0, 4][view.getUint8(25)];
  return channels ? { width: view.getUint32(16), height: view.getUint32(20), channels } : null;
}

/** ITU-T T.81, B.2.2: the first start-of-frame segment. */
function jpegHeader(view: DataView): ImageHeader | null {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at++;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5), channels: view.getUint8(at + 9) };
    }
    const standsAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7);
    at += standsAlone ? 2 : 2 + view.getUint16(at + 2);
  }
  return null;
}
