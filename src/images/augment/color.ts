import { lumaOf } from './tone.ts';

/**
 * Moves each pixel from its luma by `factor`, in place; torchvision's `adjust_saturation`.
 * @param pixels [pixel, 3].
 */
export function applySaturation(pixels: Uint8Array, factor: number): void {
  const rest = 1 - factor;
  for (let i = 0; i < pixels.length; i += 3) {
    const red = pixels[i] as number;
    const green = pixels[i + 1] as number;
    const blue = pixels[i + 2] as number;
    const grey = lumaOf(red, green, blue) * rest;
    pixels[i] = clip(red * factor + grey);
    pixels[i + 1] = clip(green * factor + grey);
    pixels[i + 2] = clip(blue * factor + grey);
  }
}

/**
 * Turns the hue of each pixel by `turns` circles, in place, through HSV; torchvision's `adjust_hue`.
 * @param pixels [pixel, 3].
 */
export function applyHue(pixels: Uint8Array, turns: number): void {
  const sixths = (turns - Math.floor(turns)) * 6;
  for (let i = 0; i < pixels.length; i += 3) {
    const red = pixels[i] as number;
    const green = pixels[i + 1] as number;
    const blue = pixels[i + 2] as number;
    const most = red > green ? (red > blue ? red : blue) : green > blue ? green : blue;
    const least = red < green ? (red < blue ? red : blue) : green < blue ? green : blue;
    const range = most - least;
    if (range === 0) continue;
    let hue = sixths;
    if (most === red) hue += (green - blue) / range + 6;
    else if (most === green) hue += (blue - red) / range + 2;
    else hue += (red - green) / range + 4;
    while (hue >= 6) hue -= 6;
    const sector = hue | 0;
    const part = hue - sector;
    const rising = (least + range * part + 0.5) | 0;
    const falling = (most - range * part + 0.5) | 0;
    if (sector === 0) put(pixels, i, most, rising, least);
    else if (sector === 1) put(pixels, i, falling, most, least);
    else if (sector === 2) put(pixels, i, least, most, rising);
    else if (sector === 3) put(pixels, i, least, falling, most);
    else if (sector === 4) put(pixels, i, rising, least, most);
    else put(pixels, i, most, least, falling);
  }
}

function put(pixels: Uint8Array, at: number, red: number, green: number, blue: number): void {
  pixels[at] = red;
  pixels[at + 1] = green;
  pixels[at + 2] = blue;
}

function clip(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : value;
}
