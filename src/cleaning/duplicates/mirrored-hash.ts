/** Bits of the odd horizontal frequencies: `(row · 8 + column)` from the most significant bit, odd columns. */
const ODD_COLUMNS = 0x5555555555555555n;

/**
 * The pHash of an image as its mirror image has it, to a few bits: mirroring changes the sign of the odd horizontal frequencies, and a bit says
 * whether a frequency lies above the median, which is near 0.
 */
export function mirroredHash(hash: bigint): bigint {
  return hash ^ ODD_COLUMNS;
}
