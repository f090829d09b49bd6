/**
 * Brings interleaved uint8 pixels to one (grey) or three (RGB) channels. Grey is ITU-R BT.601 luma
 * (0.299 R + 0.587 G + 0.114 B on the sRGB values), as Pillow's `L`. A second or fourth channel (alpha) is dropped.
 * @param channels of `data`; those after the third are left out.
 */
export function toColor(data: Uint8Array, channels: number, color: 'rgb' | 'grey'): Uint8Array {
  const wanted = color === 'rgb' ? 3 : 1;
  if (channels === wanted) return data;
  const count = data.length / channels;
  const out = new Uint8Array(count * wanted);
  if (channels <= 2) {
    for (let i = 0; i < count; i++) out.fill(data[i * channels] as number, i * wanted, (i + 1) * wanted);
  } else if (wanted === 3) {
    for (let i = 0; i < count; i++) out.set(data.subarray(i * channels, i * channels + 3), i * 3);
  } else {
    for (let i = 0, at = 0; i < count; i++, at += channels) {
      out[i] = luma(data[at] as number, data[at + 1] as number, data[at + 2] as number);
    }
  }
  return out;
}

/** Brings interleaved uint8 pixels to red, green, blue and alpha; what has no alpha is opaque. @param channels of `data`: 1, 2, 3 or 4. */
export function withAlpha(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 4) return data;
  const count = data.length / channels;
  const out = new Uint8Array(count * 4).fill(255);
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < 3; c++) out[i * 4 + c] = data[i * channels + (channels < 3 ? 0 : c)] as number;
    if (channels === 2) out[i * 4 + 3] = data[i * 2 + 1] as number;
  }
  return out;
}

/** What people see of pixels of any channels: grey, or the first three as red, green and blue. @returns pixels of 1 or 3 channels */
export function visibleOf(data: Uint8Array, channels: number): { pixels: Uint8Array; channels: 1 | 3 } {
  if (channels >= 3) return { pixels: toColor(data, channels, 'rgb'), channels: 3 };
  return { pixels: channels === 1 ? data : data.filter((_, i) => i % channels === 0), channels: 1 };
}

/** Fixed point with rounding, the constants of Pillow's `L`. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}
