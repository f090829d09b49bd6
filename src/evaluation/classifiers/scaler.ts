/** Brings columns to mean 0 and standard deviation 1, as those that it was made of had them. */
export interface Scaler {
  means: Float64Array;
  /** 1 / standard deviation; 0 for a constant column. */
  scales: Float64Array;
}

/** Of variances below this a column is called constant. */
const LEAST_VARIANCE = 1e-12;

/** @param features [row, size] */
export function fitScaler(features: Float32Array, size: number): Scaler {
  const rows = features.length / size;
  const means = new Float64Array(size);
  const squares = new Float64Array(size);
  for (let i = 0; i < features.length; i++) means[i % size] = (means[i % size] as number) + (features[i] as number);
  for (let c = 0; c < size; c++) means[c] = (means[c] as number) / rows;
  for (let i = 0; i < features.length; i++) {
    const difference = (features[i] as number) - (means[i % size] as number);
    squares[i % size] = (squares[i % size] as number) + difference * difference;
  }
  const scales = squares.map((square) => (square / rows > LEAST_VARIANCE ? Math.sqrt(rows / square) : 0));
  return { means, scales };
}

/** @param factor multiplies every value after scaling */
export function scaleRows(features: Float32Array, { means, scales }: Scaler, factor = 1): Float32Array {
  const size = means.length;
  const result = new Float32Array(features.length);
  for (let i = 0; i < features.length; i++) {
    const column = i % size;
    result[i] = ((features[i] as number) - (means[column] as number)) * (scales[column] as number) * factor;
  }
  return result;
}
