/** Formats that Loupe decodes from a file of their own. */
export type FileFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif' | 'bmp' | 'svg';

/** `unsupported` names an image format that is recognised but can't be decoded here. */
export type Sniffed = { format: FileFormat } | { unsupported: string } | null;

/** As many leading bytes of a file as `sniff` ever looks at. */
const SNIFF_BYTES = 65536;

const UNSUPPORTED: [name: string, offset: number, magic: string][] = [
  ['JPEG XL', 0, '\xff\x0a'],
  ['JPEG XL', 0, '\0\0\0\x0cJXL \r\n\x87\n'],
  ['JPEG 2000', 0, '\0\0\0\x0cjP  \r\n\x87\n'],
  ['JPEG 2000', 0, '\xff\x4f\xff\x51'],
  ['Photoshop', 0, '8BPS'],
  ['OpenEXR', 0, '\x76\x2f\x31\x01'],
  ['Radiance HDR', 0, '#?RADIANCE'],
  ['DICOM', 128, 'DICM'],
  ['DirectDraw Surface', 0, 'DDS '],
  ['QOI', 0, 'qoif'],
  ['Windows icon', 0, '\0\0\x01\0'],
];

const AVIF_BRANDS = new Set(['avif', 'avis']);
const HEIC_BRANDS = new Set(['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1']);
const BMP_HEADER_SIZES = new Set([12, 16, 40, 52, 56, 64, 108, 124]);

/**
 * Names the image format of a file by its content; the extension is never asked.
 * @param bytes the start of the file, `SNIFF_BYTES` suffice.
 * @returns null when it is no image format known here.
 */
export function sniff(bytes: Uint8Array): Sniffed {
  const has = (offset: number, magic: string) => startsWith(bytes, offset, magic);
  if (has(0, '\xff\xd8\xff')) return { format: 'jpeg' };
  if (has(0, '\x89PNG\r\n\x1a\n')) return { format: 'png' };
  if (has(0, 'GIF87a') || has(0, 'GIF89a')) return { format: 'gif' };
  if (has(0, 'RIFF') && has(8, 'WEBP')) return { format: 'webp' };
  if (has(0, 'II*\0') || has(0, 'MM\0*') || has(0, 'II+\0') || has(0, 'MM\0+')) return { format: 'tiff' };
  if (isBmp(bytes)) return { format: 'bmp' };
  if (has(4, 'ftyp')) return sniffBoxes(bytes);
  const unsupported = UNSUPPORTED.find(([, offset, magic]) => has(offset, magic));
  if (unsupported) return { unsupported: unsupported[0] };
  if (/^P[1-7]\s/.test(text(bytes.subarray(0, 3)))) return { unsupported: 'Netpbm' };
  return isSvg(bytes) ? { format: 'svg' } : null;
}

function startsWith(bytes: Uint8Array, offset: number, magic: string): boolean {
  if (bytes.length < offset + magic.length) return false;
  for (let i = 0; i < magic.length; i++) if (bytes[offset + i] !== magic.charCodeAt(i)) return false;
  return true;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}

/** `BM` alone starts many a text: the header's own size must be one that exists. */
function isBmp(bytes: Uint8Array): boolean {
  if (!startsWith(bytes, 0, 'BM') || bytes.length < 18) return false;
  return BMP_HEADER_SIZES.has(new DataView(bytes.buffer, bytes.byteOffset).getUint32(14, true));
}

/** ISO base media files: the brands in the first box tell AVIF from HEIC from a film. */
function sniffBoxes(bytes: Uint8Array): Sniffed {
  const size = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), bytes.length, 256);
  const brands: string[] = [];
  for (let at = 8; at + 4 <= size; at += 4) if (at !== 12) brands.push(text(bytes.subarray(at, at + 4)));
  if (brands.some((brand) => AVIF_BRANDS.has(brand))) return { format: 'avif' };
  if (brands.some((brand) => HEIC_BRANDS.has(brand))) return { unsupported: 'HEIC' };
  return null;
}

/** An XML prolog, comments and a doctype may come before the root element, nothing else. */
function isSvg(bytes: Uint8Array): boolean {
  const first = bytes[0];
  const mayBeMarkup = first === 0x3c || first === 0xef || first === 0xfe || first === 0xff || (first ?? 255) <= 0x20;
  if (!mayBeMarkup) return false;
  const head = bytes.subarray(0, SNIFF_BYTES);
  const encoding = first === 0xff ? 'utf-16le' : first === 0xfe ? 'utf-16be' : 'utf-8';
  let markup = new TextDecoder(encoding).decode(head);
  for (;;) {
    markup = markup.trimStart();
    if (/^<([\w-]+:)?svg[\s/>]/.test(markup)) return true;
    const end = prologEnd(markup);
    if (end < 0) return false;
    markup = markup.slice(end);
  }
}

/** Where the XML declaration, comment or doctype that `markup` starts with ends, or −1. */
function prologEnd(markup: string): number {
  const after = (closing: string) => {
    const at = markup.indexOf(closing);
    return at < 0 ? -1 : at + closing.length;
  };
  if (markup.startsWith('<?')) return after('?>');
  if (markup.startsWith('<!--')) return after('-->');
  if (!/^<!doctype/i.test(markup)) return -1;
  const subset = markup.indexOf('[');
  const close = markup.indexOf('>');
  return subset >= 0 && subset < close ? after(']>') : after('>');
}
