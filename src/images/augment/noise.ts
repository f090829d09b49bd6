/** Quantiles of the standard normal distribution at (i + ½) / 65536: a uniform 16-bit number picks a normal one. */
let quantiles: Float64Array | null = null;
let scaled: { deviation: number; table: Int16Array } | null = null;

/** Adds Gaussian noise to every value, in place, rounded and clipped. @param deviation in levels of 255. */
export function applyNoise(pixels: Uint8Array, deviation: number, seed: number): void {
  const table = tableFor(deviation);
  // xorshift32 (Marsaglia 2003): a number takes a nanosecond.
  let state = seed | 0 || 0x9e3779b9;
  for (let i = 0; i < pixels.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const value = (pixels[i] as number) + (table[state >>> 16] as number);
    pixels[i] = value < 0 ? 0 : value > 255 ? 255 : value;
  }
}

function tableFor(deviation: number): Int16Array {
  if (scaled?.deviation === deviation) return scaled.table;
  quantiles ??= Float64Array.from({ length: 65536 }, (_, i) => normalQuantile((i + 0.5) / 65536));
  const table = Int16Array.from(quantiles, (value) => Math.round(value * deviation));
  scaled = { deviation, table };
  return table;
}

/** Inverse of the normal distribution function (Acklam's rational approximation, relative error 1.2e-9). */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return (
      (((((-7.784894002430293e-3 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1)
    );
  }
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
      30.66479806614716) *
      r +
      2.506628277459239) *
      q) /
    (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
      13.28068155288572) *
      r +
      1)
  );
}
