import sharp from 'sharp';
import { visibleOf } from '../../images/pixels.ts';
import { heatColor } from './color-map.ts';
import type { HeatMap } from './heat.ts';

/** [256], red, green, blue. */
const colors = Array.from({ length: 256 }, (_, level) => heatColor(level / 255));

/** The map as a PNG: coloured, and the less it counts the more of what is below shows through. @param heat 0–1 */
export async function heatPng({ width, height, values }: HeatMap): Promise<Buffer> {
  const pixels = new Uint8Array(width * height * 4);
  values.forEach((value, i) => {
    const level = Math.round(255 * Math.min(1, Math.max(0, value)));
    pixels.set(colors[level] as number[], i * 4);
    pixels[i * 4 + 3] = level;
  });
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .png()
    .toBuffer();
}

/** Decoded pixels as a PNG; of bands the first three. */
export async function imagePng(pixels: Uint8Array, width: number, height: number): Promise<Buffer> {
  const seen = visibleOf(pixels, pixels.length / (width * height));
  return sharp(seen.pixels, { raw: { width, height, channels: seen.channels } })
    .png()
    .toBuffer();
}

/** The image with its map over it. @param decoded pixels of the map's size @param heat 0–1, of the image's size. @param opacity of the map where it is 1, 0–1 */
export async function overlayPng(decoded: Uint8Array, heat: HeatMap, opacity: number): Promise<Buffer> {
  const { width, height } = heat;
  const { pixels, channels } = visibleOf(decoded, decoded.length / (width * height));
  const mixed = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const share = Math.min(1, Math.max(0, heat.values[i] as number));
    const color = colors[Math.round(255 * share)] as [number, number, number];
    for (let c = 0; c < 3; c++) {
      const below = pixels[i * channels + (channels === 3 ? c : 0)] as number;
      mixed[i * 3 + c] = Math.round(below + opacity * share * ((color[c] as number) - below));
    }
  }
  return sharp(mixed, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}
