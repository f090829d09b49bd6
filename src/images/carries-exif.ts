import type { FileFormat } from './sniff.ts';

/** Chunks that hold pixels and how they are meant (PNG specification, 11.2 and 11.3), none of them metadata. */
const PIXEL_CHUNKS = new Set(['IHDR', 'PLTE', 'IDAT', 'tRNS', 'gAMA', 'cHRM', 'sRGB', 'iCCP', 'sBIT', 'bKGD', 'pHYs']);

/**
 * Whether a file may have an EXIF block, and so an orientation: false only where its structure shows that there is none. Looks at
 * lengths, not at pixels.
 */
export function mayCarryExif(bytes: Uint8Array, format: FileFormat): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (format === 'jpeg') return jpegMay(view);
  return format !== 'png' || pngMay(view);
}

/** ITU-T T.81, B.1.1: segments up to the first scan; EXIF is an APP1 segment (EXIF 2.32, 4.7.2), XMP another one. */
function jpegMay(view: DataView): boolean {
  let at = 2;
  while (at + 4 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return true;
    const marker = view.getUint8(at + 1);
    if (marker === 0xda) return false;
    if (marker < 0xc0 || marker === 0xe1 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd9)) return true;
    at += 2 + view.getUint16(at + 2);
  }
  return true;
}

function pngMay(view: DataView): boolean {
  let at = 8;
  while (at + 12 <= view.byteLength) {
    const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => view.getUint8(at + i)));
    if (type === 'IEND') return false;
    if (!PIXEL_CHUNKS.has(type)) return true;
    at += 12 + view.getUint32(at);
  }
  return true;
}
