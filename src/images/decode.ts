import sharp, { type Sharp } from 'sharp';
import { decodeBmp, type RawImage, readBmpHeader } from './bmp.ts';
import { DecodeFailure } from './decode-failure.ts';
import { failureOf, isHarmlessWarning } from './failures.ts';
import { toColor } from './pixels.ts';
import { type DecodeSettings, decodedSize } from './preprocess.ts';
import { type FileFormat, sniff } from './sniff.ts';

// One image a thread of libuv's pool is the parallelism; a cache or threads inside libvips would only add memory.
sharp.cache(false);
sharp.concurrency(1);

/** Pixels of a decompressed image above which a file is refused from its header alone. */
export const LIMIT_PIXELS = 2 ** 28;

export interface DecodeLimits {
  pixels: number;
}

/** What a look at a whole file tells; sizes after EXIF orientation. */
export interface ImageFacts {
  format: FileFormat;
  width: number;
  height: number;
  channels: number;
}

const FIT = { stretch: 'fill', crop: 'cover', pad: 'contain' } as const;

/**
 * A file's bytes as pixels: oriented by EXIF, converted to sRGB (CMYK and embedded profiles included), 8 bits, transparency
 * on white, first frame, resized with an antialiased bilinear kernel (as Pillow's `BILINEAR`). `crop` keeps the
 * centre, `pad` fills with black. SVG is rendered at the target's resolution.
 * @returns [height, width, channel], uint8.
 * @throws DecodeFailure
 */
export async function decodeImage(
  bytes: Uint8Array,
  settings: DecodeSettings,
  limits: DecodeLimits = { pixels: LIMIT_PIXELS },
): Promise<Uint8Array> {
  const format = formatOf(bytes);
  return decodeWith(bytes, format, limits, (image) => toPixels(image, settings));
}

/** As `decodeImage`, for pixels that no file wraps (IDX). */
export async function resizeRaw(raw: RawImage, settings: DecodeSettings): Promise<Uint8Array> {
  const { width, height, channels } = settingsShape(settings);
  if (raw.width === width && raw.height === height && (raw.channels === 1 || raw.channels === 3)) {
    return toColor(raw.data, raw.channels, channels);
  }
  return toPixels(openRaw(raw), settings);
}

/**
 * Decodes a whole file at a tiny size, so that truncated and corrupt data are found, and tells what it holds.
 * @throws DecodeFailure
 */
export async function inspectImage(
  bytes: Uint8Array,
  limits: DecodeLimits = { pixels: LIMIT_PIXELS },
): Promise<ImageFacts> {
  const format = formatOf(bytes);
  if (format === 'bmp') {
    const { width, height, channels } = loadBmp(bytes, limits);
    return { format, width, height, channels };
  }
  return decodeWith(bytes, format, limits, async (image) => {
    const metadata = await image.metadata();
    await image.resize(8, 8, { fit: 'fill', kernel: 'nearest' }).raw().toBuffer();
    const { width, height } = metadata.autoOrient;
    return { format, width, height, channels: metadata.channels };
  });
}

function formatOf(bytes: Uint8Array): FileFormat {
  if (bytes.length === 0) throw new DecodeFailure('empty-file', 'The file holds no bytes');
  const sniffed = sniff(bytes);
  if (!sniffed) throw new DecodeFailure('not-an-image', 'The content is no image format');
  if ('unsupported' in sniffed) {
    throw new DecodeFailure('unsupported', `${sniffed.unsupported} can't be read: convert it to PNG or JPEG`);
  }
  return sniffed.format;
}

/** Runs `use` strictly first; a complaint that does no harm to the pixels gets a second, more lenient try. */
async function decodeWith<T>(
  bytes: Uint8Array,
  format: FileFormat,
  limits: DecodeLimits,
  use: (image: Sharp) => Promise<T>,
): Promise<T> {
  if (format === 'bmp') return use(openRaw(loadBmp(bytes, limits)));
  const open = (failOn: 'warning' | 'error') =>
    sharp(bytes, { failOn, autoOrient: true, limitInputPixels: limits.pixels });
  try {
    return await use(open('warning'));
  } catch (error) {
    if (!isHarmlessWarning(error)) throw failureOf(error, bytes, format);
  }
  try {
    return await use(open('error'));
  } catch (error) {
    throw failureOf(error, bytes, format);
  }
}

function loadBmp(bytes: Uint8Array, limits: DecodeLimits): RawImage {
  const { width, height } = readBmpHeader(bytes);
  if (width * height > limits.pixels) throw new DecodeFailure('too-large', `${width} × ${height} pixels`);
  return decodeBmp(bytes);
}

function openRaw({ data, width, height, channels }: RawImage): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

async function toPixels(image: Sharp, settings: DecodeSettings): Promise<Uint8Array> {
  const { width, height, channels } = settingsShape(settings);
  const { data, info } = await image
    .flatten({ background: '#ffffff' })
    .resize(width, height, { fit: FIT[settings.resize], kernel: 'linear', background: '#000000' })
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const pixels = toColor(data, info.channels, channels);
  if (pixels.length !== decodedSize(settings)) {
    throw new Error(`decoded ${info.width} × ${info.height} × ${info.channels}, wanted ${width} × ${height}`);
  }
  return pixels;
}

function settingsShape(settings: DecodeSettings): { width: number; height: number; channels: 1 | 3 } {
  return { width: settings.width, height: settings.height, channels: settings.color === 'rgb' ? 3 : 1 };
}
