/** A mean image so many times as sharp as that of the middle class says that its images always look alike in one place. */
const CONSPICUOUS = 1.8;

/**
 * How much structure is left in a mean image: the root of the mean squared difference of neighbouring pixels, in levels of brightness.
 * @param pixels RGBA, `[height, width, 4]`, 0–255
 */
export function meanSharpness(pixels: Uint8ClampedArray, width: number, height: number): number {
  let sum = 0;
  let terms = 0;
  const brightness = (x: number, y: number) => {
    const at = (y * width + x) * 4;
    return 0.299 * pixels[at]! + 0.587 * pixels[at + 1]! + 0.114 * pixels[at + 2]!;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const here = brightness(x, y);
      if (x + 1 < width) {
        sum += (brightness(x + 1, y) - here) ** 2;
        terms++;
      }
      if (y + 1 < height) {
        sum += (brightness(x, y + 1) - here) ** 2;
        terms++;
      }
    }
  }
  return terms === 0 ? 0 : Math.sqrt(sum / terms);
}

/** Names of the classes whose mean image is conspicuously sharp beside the others'. */
export function conspicuousClasses(sharpness: ReadonlyMap<string, number>): Set<string> {
  const sorted = [...sharpness.values()].sort((a, b) => a - b);
  if (sorted.length < 3) return new Set();
  const middle = sorted[Math.floor((sorted.length - 1) / 2)]!;
  return new Set([...sharpness].filter(([, value]) => value > middle * CONSPICUOUS).map(([name]) => name));
}
