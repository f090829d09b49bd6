/**
 * Turns RGB pixels in place into hue, saturation and value: hue 0–255 for the whole circle, saturation and value 0–255; bit for
 * bit Pillow's mode `HSV`.
 * @param pixels [pixel, 3], uint8, sRGB.
 */
export function rgbToHsv(pixels: Uint8Array): void {
  const { fround } = Math;
  for (let at = 0; at < pixels.length; at += 3) {
    const red = pixels[at] as number;
    const green = pixels[at + 1] as number;
    const blue = pixels[at + 2] as number;
    const most = Math.max(red, green, blue);
    const range = most - Math.min(red, green, blue);
    pixels[at + 2] = most;
    if (range === 0) {
      pixels[at] = 0;
      pixels[at + 1] = 0;
      continue;
    }
    const toRed = fround((most - red) / range);
    const toGreen = fround((most - green) / range);
    const toBlue = fround((most - blue) / range);
    let sixth = fround(4 + toGreen - toRed);
    if (red === most) sixth = fround(toBlue - toGreen);
    else if (green === most) sixth = fround(2 + toRed - toBlue);
    const hue = fround((sixth / 6 + 1) % 1);
    pixels[at] = Math.trunc(hue * 255);
    pixels[at + 1] = Math.trunc(fround(range / most) * 255);
  }
}

/** D65 (2° observer), as scikit-image and OpenCV have it. */
const white = [0.95047, 1, 1.08883] as const;
/** sRGB's transfer function (IEC 61966-2-1), undone. */
const linear = Float64Array.from({ length: 256 }, (_, level) => {
  const value = level / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/**
 * Turns RGB pixels in place into CIE L*a*b* (D65): L* × 2.55, a* + 128, b* + 128, rounded; OpenCV's 8-bit coding.
 * @param pixels [pixel, 3], uint8, sRGB.
 */
export function rgbToLab(pixels: Uint8Array): void {
  for (let at = 0; at < pixels.length; at += 3) {
    const red = linear[pixels[at] as number] as number;
    const green = linear[pixels[at + 1] as number] as number;
    const blue = linear[pixels[at + 2] as number] as number;
    const x = compress((0.412453 * red + 0.35758 * green + 0.180423 * blue) / white[0]);
    const y = compress((0.212671 * red + 0.71516 * green + 0.072169 * blue) / white[1]);
    const z = compress((0.019334 * red + 0.119193 * green + 0.950227 * blue) / white[2]);
    pixels[at] = byte((116 * y - 16) * 2.55);
    pixels[at + 1] = byte(500 * (x - y) + 128);
    pixels[at + 2] = byte(200 * (y - z) + 128);
  }
}

function compress(share: number): number {
  return share > 0.008856 ? Math.cbrt(share) : 7.787 * share + 16 / 116;
}

function byte(value: number): number {
  return Math.max(0, Math.min(255, Math.round(value)));
}
