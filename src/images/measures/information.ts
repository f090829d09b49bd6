/** 0.1 × entropy of the histogram of grey values, bits: 0 for one value, 0.8 for all 256 equally often. */
export function measureInformation(histogram: Uint32Array): number {
  let pixels = 0;
  for (const count of histogram) pixels += count;
  let entropy = 0;
  for (const count of histogram) {
    const share = count / pixels;
    if (share > 0) entropy -= share * Math.log2(share);
  }
  return 0.1 * entropy;
}
