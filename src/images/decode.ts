import sharp, { type Sharp } from 'sharp';
import { type Bands, bandsAs, hasOtherBands, MOST_BANDS, pictureOfBands, readBands } from './bands.ts';
import { decodeBmp, type RawImage } from './bmp.ts';
import { mayCarryExif } from './carries-exif.ts';
import { DecodeFailure } from './decode-failure.ts';
import { failureOf, isHarmlessWarning } from './failures.ts';
import { fitInto, onBlack, sizeWithin } from './fit-into.ts';
import { type ImageHeader, readHeader } from './header.ts';
import { toColor, withAlpha } from './pixels.ts';
import { convertStored, type DecodeSettings } from './preprocess.ts';
import { type FileFormat, sniff } from './sniff.ts';

// One image a thread of libuv's pool is the parallelism; a cache or threads inside libvips would only add memory.
sharp.cache(false);
sharp.concurrency(1);

/** Pixels of a decompressed image above which a file is refused from its header alone. */
export const LIMIT_PIXELS = 2 ** 28;

/**
 * Up to this many pixels an image is decoded whole and resized here: a resize inside libvips costs about a millisecond before
 * the first pixel. Above, libvips resizes, and reads JPEG and WebP at a reduced size to begin with.
 */
const SMALL_PIXELS = 256 * 256;

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
  const header = checkedHeader(bytes, format, limits);
  if (settings.color === 'rgba' || settings.color === 'bands') {
    return resizeRaw(await decodeUnflattened(bytes, format, settings, limits), settings);
  }
  if (format === 'bmp') return resizeRaw(flattened(decodeBmp(bytes)), settings);
  if (format === 'tiff') {
    const bands = await decodeOtherBands(bytes, limits);
    if (bands) return resizeRaw(firstColors(bandsAs(bands, {})), settings);
  }
  if (header && header.width * header.height <= SMALL_PIXELS) {
    const raw = await decodeWith(bytes, format, limits, (image) => readRaw(image.flatten({ background: '#ffffff' })));
    return resizeRaw(raw, settings);
  }
  const raw = await decodeWith(bytes, format, limits, (image) => readResized(image, settings));
  return inColor(onBlack(raw, settings.width, settings.height), raw.channels, settings);
}

/**
 * As `decodeImage`, at the image's own aspect: the largest size within `side` × `side` pixels, never enlarged.
 * @throws DecodeFailure
 */
export async function decodeWithin(
  bytes: Uint8Array,
  side: number,
  limits: DecodeLimits = { pixels: LIMIT_PIXELS },
): Promise<RawImage> {
  const format = formatOf(bytes);
  checkedHeader(bytes, format, limits);
  if (format === 'bmp') return shrinkRaw(flattened(decodeBmp(bytes)), side);
  const bands = format === 'tiff' ? await decodeOtherBands(bytes, limits) : null;
  if (bands) return shrinkRaw(pictureOfBands(bands), side);
  return decodeWith(bytes, format, limits, (image) => {
    const options = { fit: 'inside', withoutEnlargement: true, kernel: 'linear' } as const;
    return readRaw(image.flatten({ background: '#ffffff' }).resize(side, side, options));
  });
}

/**
 * As `decodeWithin`, fast for small files, which are decoded without a resize.
 * @returns `isWhole`: nothing was scaled, every pixel of the file is there
 * @throws DecodeFailure
 */
export async function decodeForLook(
  bytes: Uint8Array,
  side: number,
  limits: DecodeLimits = { pixels: LIMIT_PIXELS },
): Promise<{ raw: RawImage; isWhole: boolean }> {
  const format = formatOf(bytes);
  const header = checkedHeader(bytes, format, limits);
  if (format === 'bmp' || !header || header.width > side || header.height > side) {
    const raw = await decodeWithin(bytes, side, limits);
    // SVG has no pixels of its own; of the other formats without a header here, none that is smaller was scaled.
    return { raw, isWhole: format !== 'svg' && Math.max(raw.width, raw.height) < side };
  }
  // Nothing can be transparent in a JPEG: the step is left out, for its time.
  const opaque = (image: Sharp) => (format === 'jpeg' ? image : image.flatten({ background: '#ffffff' }));
  return { raw: await decodeWith(bytes, format, limits, (image) => readRaw(opaque(image))), isWhole: true };
}

/** As `decodeWithin`, for pixels without transparency that no file wraps. */
export function shrinkRaw(raw: RawImage, side: number): RawImage {
  if (raw.width <= side && raw.height <= side) return raw;
  const size = sizeWithin(raw, { width: side, height: side });
  return { ...size, channels: raw.channels, data: fitInto(raw, { ...size, resize: 'stretch', color: 'rgb' }) };
}

/** As `decodeImage`, for pixels without transparency that no file wraps. */
export function resizeRaw(raw: RawImage, settings: DecodeSettings): Uint8Array {
  return inColor(fitInto(raw, settings), raw.channels, settings);
}

/** Every channel of a file, transparency and other bands with them. @throws DecodeFailure */
async function decodeUnflattened(
  bytes: Uint8Array,
  format: FileFormat,
  settings: DecodeSettings,
  limits: DecodeLimits,
): Promise<RawImage> {
  const raw = format === 'bmp' ? decodeBmp(bytes) : null;
  if (settings.color === 'bands') {
    return bandsAs(raw ?? (await decodeWith(bytes, format, limits, readBands)), settings);
  }
  const image = raw ?? (await decodeWith(bytes, format, limits, readRaw));
  if (image.channels <= 4) return image;
  throw new DecodeFailure('unsupported', `It has other bands than colours: set input.color to bands`);
}

/** All bands of a file that holds others than colours; null: it does not. @throws DecodeFailure */
async function decodeOtherBands(bytes: Uint8Array, limits: DecodeLimits): Promise<Bands | null> {
  return decodeWith(bytes, 'tiff', limits, async (image) => ((await hasOtherBands(image)) ? readBands(image) : null));
}

/** The first three bands as red, green and blue. */
function firstColors({ width, height, channels, data }: RawImage): RawImage {
  return { width, height, channels: 3, data: toColor(data, channels, 'rgb') };
}

function inColor(pixels: Uint8Array, channels: number, { color, bands }: DecodeSettings): Uint8Array {
  if (color === 'rgba') return withAlpha(pixels, channels);
  if (color === 'bands') {
    if (channels === bands) return pixels;
    throw new DecodeFailure('unsupported', `It has ${channels} bands, and input.bands is ${bands}`);
  }
  const stored = toColor(pixels, channels, color === 'grey' ? 'grey' : 'rgb');
  if (color === 'rgb' || color === 'grey') return stored;
  // The bytes may be the caller's own.
  const own = new Uint8Array(stored);
  convertStored(own, color);
  return own;
}

/**
 * Decodes a whole file, so that truncated and corrupt data are found, and tells what it holds.
 * @throws DecodeFailure
 */
export async function inspectImage(
  bytes: Uint8Array,
  limits: DecodeLimits = { pixels: LIMIT_PIXELS },
): Promise<ImageFacts> {
  const format = formatOf(bytes);
  const header = checkedHeader(bytes, format, limits);
  if (format === 'bmp') {
    const { width, height, channels } = decodeBmp(bytes);
    return { format, width, height, channels };
  }
  const bands = format === 'tiff' ? await decodeOtherBands(bytes, limits) : null;
  if (bands) return { format, width: bands.width, height: bands.height, channels: bands.channels };
  if (header && header.width * header.height <= SMALL_PIXELS) {
    const { width, height } = await decodeWith(bytes, format, limits, readRaw);
    return { format, width, height, channels: header.channels };
  }
  return decodeWith(bytes, format, limits, async (image) => {
    const metadata = await image.metadata();
    // At a tiny size libvips still reads every coded byte, but keeps few pixels.
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

/** @throws DecodeFailure `too-large` before anything is decompressed. */
function checkedHeader(bytes: Uint8Array, format: FileFormat, limits: DecodeLimits): ImageHeader | null {
  const header = readHeader(bytes, format);
  if (header && header.width * header.height > limits.pixels) {
    throw new DecodeFailure('too-large', `${header.width} × ${header.height} pixels`);
  }
  return header;
}

/** Runs `use` strictly first; a complaint that does no harm to the pixels gets a second, more lenient try. */
async function decodeWith<T>(
  bytes: Uint8Array,
  format: FileFormat,
  limits: DecodeLimits,
  use: (image: Sharp) => Promise<T>,
): Promise<T> {
  // Where nothing says how an image lies, not asking saves a tenth of the time of a small one.
  const autoOrient = mayCarryExif(bytes, format);
  const options = { autoOrient, limitInputPixels: limits.pixels, limitInputChannels: MOST_BANDS };
  const open = (failOn: 'warning' | 'error') => sharp(bytes, { failOn, ...options });
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

async function readResized(image: Sharp, settings: DecodeSettings): Promise<RawImage> {
  const isPadded = settings.resize === 'pad';
  const { width, height } = isPadded ? sizeWithin((await image.metadata()).autoOrient, settings) : settings;
  const fit = settings.resize === 'crop' ? 'cover' : 'fill';
  return readRaw(image.flatten({ background: '#ffffff' }).resize(width, height, { fit, kernel: 'linear' }));
}

async function readRaw(image: Sharp): Promise<RawImage> {
  const { data, info } = await image
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { width: info.width, height: info.height, channels: info.channels, data: pixels };
}

/** Puts an image with an alpha channel on white. */
function flattened(image: RawImage): RawImage {
  if (image.channels !== 4) return image;
  const { width, height } = image;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = image.data[i * 4 + 3] as number;
    for (let c = 0; c < 3; c++)
      data[i * 3 + c] = 255 + Math.round((((image.data[i * 4 + c] as number) - 255) * alpha) / 255);
  }
  return { width, height, channels: 3, data };
}
