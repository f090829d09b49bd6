import type { Sharp } from 'sharp';
import type { RawImage } from './bmp.ts';
import { DecodeFailure } from './decode-failure.ts';
import type { DecodeSettings } from './preprocess.ts';

/** More bands than any camera or satellite has. */
export const MOST_BANDS = 64;
/** Values of all bands of one image. */
const MOST_VALUES = 2 ** 30;

/** Every band of a file as it is stored: [height, width, band]. */
export interface Bands {
  width: number;
  height: number;
  channels: number;
  data: Uint8Array | Uint16Array;
}

/** Whether a file holds other bands than colours and transparency. */
export async function hasOtherBands(image: Sharp): Promise<boolean> {
  const { channels, space } = await image.metadata();
  return channels > 4 || (channels > 2 && (space === 'b-w' || space === 'grey16'));
}

/**
 * All bands of a file, upright, unconverted.
 * @param image opened with `limitInputChannels` of `MOST_BANDS`
 * @throws DecodeFailure `unsupported` for bands of fractions, `too-large`
 */
export async function readBands(image: Sharp): Promise<Bands> {
  const { channels, space, depth, width, height } = await image.metadata();
  if (depth !== 'uchar' && depth !== 'ushort') {
    throw new DecodeFailure('unsupported', `Bands of the type ${depth} can't be read: save them in 8 or 16 bits`);
  }
  if (width * height * channels > MOST_VALUES) {
    throw new DecodeFailure('too-large', `${width} × ${height} pixels of ${channels} bands`);
  }
  if (depth === 'ushort' && (space === 'grey16' || space === 'rgb16')) {
    const { data, info } = await image.toColourspace(space).raw({ depth }).toBuffer({ resolveWithObject: true });
    const values = new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength));
    return { width: info.width, height: info.height, channels: info.channels, data: values };
  }
  const { data, info } = await image
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const found = { width: info.width, height: info.height };
  if (space !== 'b-w') return { ...found, channels: info.channels, data: bytes };
  // libvips makes three equal bands of the first one.
  return { ...found, channels: info.channels - 2, data: without(bytes, info.channels, 1, 3) };
}

function without(bytes: Uint8Array, channels: number, from: number, to: number): Uint8Array {
  const kept = channels - (to - from);
  const result = new Uint8Array((bytes.length / channels) * kept);
  for (let i = 0, at = 0; i < bytes.length; i++) {
    const channel = i % channels;
    if (channel < from || channel >= to) result[at++] = bytes[i] as number;
  }
  return result;
}

/**
 * Bands in 8 bits, `most` becoming 255.
 * @throws DecodeFailure `unsupported` where there are more or fewer than the settings want
 */
export function bandsAs(
  bands: Bands,
  { bands: wanted = bands.channels, bandMaximum }: Partial<DecodeSettings>,
): RawImage {
  if (bands.channels !== wanted) {
    throw new DecodeFailure('unsupported', `It has ${bands.channels} bands, and input.bands is ${wanted}`);
  }
  const most = bandMaximum || (bands.data instanceof Uint16Array ? 65535 : 255);
  return { ...bands, data: scaled(bands.data, most) };
}

/** Of a file with other bands a picture to look at: its first three as red, green and blue, the largest value as white. */
export function pictureOfBands({ width, height, channels, data }: Bands): RawImage {
  const first = new Uint16Array(width * height * 3);
  let most = 1;
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) {
      const value = data[i * channels + c] as number;
      first[i * 3 + c] = value;
      if (value > most) most = value;
    }
  }
  return { width, height, channels: 3, data: scaled(first, data instanceof Uint16Array ? most : 255) };
}

function scaled(values: Uint8Array | Uint16Array, most: number): Uint8Array {
  if (values instanceof Uint8Array && most === 255) return values;
  return Uint8Array.from(values, (value) => Math.min(255, Math.round((value * 255) / most)));
}
