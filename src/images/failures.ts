import { DecodeFailure } from './decode-failure.ts';
import type { FileFormat } from './sniff.ts';

const DAMAGE = /corrupt|premature|truncat|unexpected end|bad seek|invalid|read error|unable to|not yet in table/i;

/** True when the decoder only complained: an odd profile or marker, with the pixels all there. */
export function isHarmlessWarning(error: unknown): boolean {
  const message = messageOf(error);
  return !DAMAGE.test(message) && !isTooLarge(message) && !/unsupported image format/i.test(message);
}

/** Names what is wrong with a file that the decoder refused. */
export function failureOf(error: unknown, bytes: Uint8Array, format: FileFormat): DecodeFailure {
  if (error instanceof DecodeFailure) return error;
  const message = messageOf(error);
  const options = { cause: error };
  if (isTooLarge(message)) return new DecodeFailure('too-large', 'More pixels than the limit allows', options);
  if (endsEarly(bytes, format) || /premature end|unexpected end|truncat/i.test(message)) {
    return new DecodeFailure('truncated', `The ${format.toUpperCase()} data end early`, options);
  }
  return new DecodeFailure('corrupt', `The ${format.toUpperCase()} data are damaged: ${shortened(message)}`, options);
}

function isTooLarge(message: string): boolean {
  return /exceeds pixel limit|pixel limit|too large|dimensions exceed/i.test(message);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function shortened(message: string): string {
  const line = message.replace(/^Input buffer has corrupt header: /, '').split('\n')[0] ?? '';
  return line.length > 120 ? `${line.slice(0, 119)}…` : line || 'unreadable header';
}

/** Whether the file's own structure says that bytes are missing at its end. */
function endsEarly(bytes: Uint8Array, format: FileFormat): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (format) {
    case 'png':
      return pngEndsEarly(view);
    case 'webp':
      return bytes.length < 12 || view.getUint32(4, true) + 8 > bytes.length;
    case 'gif':
      return bytes[bytes.length - 1] !== 0x3b;
    case 'tiff':
      return tiffEndsEarly(view);
    case 'avif':
      return boxesEndEarly(view);
    case 'svg':
      return !/<\/([\w-]+:)?svg\s*>|\/>/.test(Buffer.from(bytes.subarray(-4096)).toString('utf8'));
    default:
      return false;
  }
}

function pngEndsEarly(view: DataView): boolean {
  for (let at = 8; ; ) {
    if (at + 12 > view.byteLength) return true;
    if (view.getUint32(at + 4) === 0x49454e44) return false;
    at += 12 + view.getUint32(at);
  }
}

function tiffEndsEarly(view: DataView): boolean {
  if (view.byteLength < 8) return true;
  const little = view.getUint8(0) === 0x49;
  if (view.getUint16(2, little) !== 42) return false;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return true;
  return directory + 2 + view.getUint16(directory, little) * 12 > view.byteLength;
}

function boxesEndEarly(view: DataView): boolean {
  let at = 0;
  while (at + 8 <= view.byteLength) {
    const size = view.getUint32(at);
    if (size === 0) return false;
    if (size === 1) return at + 16 > view.byteLength || at + Number(view.getBigUint64(at + 8)) > view.byteLength;
    if (size < 8) return false;
    at += size;
  }
  return at !== view.byteLength;
}
