import type { ImageBatch } from '../engines/engine.ts';
import { colorHistogram, colorHistogramSize } from '../images/features/color-histogram.ts';
import { hog, hogSize } from '../images/features/hog.ts';
import { type DecodeSettings, decodedSize } from '../images/preprocess.ts';
import type { Description } from './embed.ts';

/** Features that need no weights: shapes, colours, or both one after the other. */
export type HandmadeName = 'hog' | 'color' | 'hog-color';

/** Enough for 8 × 8 cells of 8 pixels. */
const SIDE = 64;
/** Changes with the formulas, so that what is kept by another is not taken. */
const VERSION = 1;

export function handmadeTitle(name: HandmadeName): string {
  return { hog: 'HOG', color: 'Colour histogram', 'hog-color': 'HOG + colours' }[name];
}

/** @param side pixels that images are brought to */
export function handmadeDescription(name: HandmadeName, side = SIDE): Description {
  const preprocess: DecodeSettings = { width: side, height: side, color: 'rgb', resize: 'crop' };
  const shapes = name === 'color' ? 0 : hogSize(preprocess);
  const colors = name === 'hog' ? 0 : colorHistogramSize;
  const bytes = decodedSize(preprocess);
  const describe = ({ pixels, size: images }: ImageBatch) => {
    const result = new Float32Array(images * (shapes + colors));
    for (let i = 0; i < images; i++) {
      const picture = pixels.subarray(i * bytes, (i + 1) * bytes);
      const at = i * (shapes + colors);
      if (shapes > 0) result.set(hog(picture, preprocess), at);
      if (colors > 0) result.set(colorHistogram(picture), at + shapes);
    }
    return result;
  };
  return { key: `${name}-${side}-v${VERSION}`, size: shapes + colors, preprocess, describe };
}
