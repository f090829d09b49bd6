/** Puts probabilities in place of logits. @param logits [row, class] */
export function softmaxRows(logits: Float32Array, classes: number): Float32Array {
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    let most = Number.NEGATIVE_INFINITY;
    for (const z of row) if (z > most) most = z;
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      const value = Math.exp((row[c] as number) - most);
      row[c] = value;
      sum += value;
    }
    for (let c = 0; c < classes; c++) row[c] = (row[c] as number) / sum;
  }
  return logits;
}
