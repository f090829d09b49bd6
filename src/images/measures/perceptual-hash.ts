import { resample } from '../resample.ts';

const SIDE = 32;
const LOW = 8;

/** cos(π (2x + 1) u / 64), [frequency, position]. */
const COSINES = Float64Array.from({ length: LOW * SIDE }, (_, i) => {
  const u = Math.floor(i / SIDE);
  return Math.cos((Math.PI * (2 * (i % SIDE) + 1) * u) / (2 * SIDE));
});

/**
 * 64-bit pHash, as the Python package `imagehash` defines it: the image at 32 × 32 pixels (antialiased bilinear), its two-dimensional
 * DCT-II, of the 8 × 8 lowest frequencies a bit each: above their median or not; row by row, the first bit highest.
 * @param grey [height, width]
 * @returns 16 hex digits
 */
export function perceptualHash(grey: Uint8Array, width: number, height: number): string {
  const small = resample({ width, height, channels: 1, data: grey }, SIDE, SIDE, { left: 0, top: 0, width, height });
  const low = lowFrequencies(small);
  const sorted = Float64Array.from(low).sort();
  const median = ((sorted[31] as number) + (sorted[32] as number)) / 2;
  let digits = '';
  for (let at = 0; at < LOW * LOW; at += 4) {
    let digit = 0;
    for (let i = at; i < at + 4; i++) digit = 2 * digit + ((low[i] as number) > median ? 1 : 0);
    digits += digit.toString(16);
  }
  return digits;
}

/** Unnormalised DCT-II, [vertical frequency, horizontal frequency]. @param pixels [32, 32] */
function lowFrequencies(pixels: Uint8Array): Float64Array {
  const across = new Float64Array(SIDE * LOW);
  for (let y = 0; y < SIDE; y++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += (pixels[y * SIDE + x] as number) * (COSINES[u * SIDE + x] as number);
      across[y * LOW + u] = sum;
    }
  }
  const low = new Float64Array(LOW * LOW);
  for (let v = 0; v < LOW; v++) {
    for (let u = 0; u < LOW; u++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum += (across[y * LOW + u] as number) * (COSINES[v * SIDE + y] as number);
      // Exact zeros of a flat image come out as rounding errors, whose signs are chance.
      low[v * LOW + u] = Math.abs(sum) < 1e-6 ? 0 : sum;
    }
  }
  return low;
}

/** Bits in which two 64-bit hashes differ. */
export function hammingDistance(a: bigint, b: bigint): number {
  let bits = a ^ b;
  let count = 0;
  for (; bits > 0n; bits &= bits - 1n) count++;
  return count;
}
