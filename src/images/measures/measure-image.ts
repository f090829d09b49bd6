import type { RawImage } from '../bmp.ts';
import { type DecodeLimits, decodeForLook } from '../decode.ts';
import { measureBorder } from './border.ts';
import { measureInformation } from './information.ts';
import type { ImageMeasures } from './measures.ts';
import { perceptualHash } from './perceptual-hash.ts';
import { pixelHash } from './pixel-hash.ts';
import { measureSharpness } from './sharpness.ts';
import { measureTones } from './tones.ts';

/**
 * Longest side at which images are measured, pixels; larger ones are read reduced to it, which tones, colours, borders and the pHash
 * hardly notice, and which sharpness is defined at.
 */
export const MEASURED_SIDE = 256;

/** Decodes a file once and measures it. @throws DecodeFailure */
export async function measureFile(bytes: Uint8Array, limits?: DecodeLimits): Promise<ImageMeasures> {
  const { raw, isWhole } = await decodeForLook(bytes, MEASURED_SIDE, limits);
  return measureImage(raw, isWhole);
}

/** @param image of 1 or 3 channels, at most `MEASURED_SIDE` a side. @param isWhole every pixel of the file is in it */
export function measureImage(image: RawImage, isWhole: boolean): ImageMeasures {
  const { width, height } = image;
  const { grey, greyHistogram, ...tones } = measureTones(image);
  return {
    ...tones,
    ...measureBorder(image),
    blur: measureSharpness(grey, width, height),
    information: measureInformation(greyHistogram),
    perceptualHash: perceptualHash(grey, width, height),
    pixelHash: isWhole ? pixelHash(image) : null,
  };
}
