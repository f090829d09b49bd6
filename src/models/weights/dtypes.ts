import { WeightFileError } from './weight-file.ts';

interface DType {
  bytes: number;
  at(view: DataView, offset: number): number;
}

/** Little-endian values of every type that weights come in, as JavaScript numbers. */
const dtypes: Readonly<Record<string, DType>> = {
  float64: { bytes: 8, at: (view, offset) => view.getFloat64(offset, true) },
  float32: { bytes: 4, at: (view, offset) => view.getFloat32(offset, true) },
  float16: { bytes: 2, at: (view, offset) => halfToNumber(view.getUint16(offset, true)) },
  bfloat16: { bytes: 2, at: (view, offset) => bfloatToNumber(view.getUint16(offset, true)) },
  int64: { bytes: 8, at: (view, offset) => Number(view.getBigInt64(offset, true)) },
  int32: { bytes: 4, at: (view, offset) => view.getInt32(offset, true) },
  int16: { bytes: 2, at: (view, offset) => view.getInt16(offset, true) },
  int8: { bytes: 1, at: (view, offset) => view.getInt8(offset) },
  uint32: { bytes: 4, at: (view, offset) => view.getUint32(offset, true) },
  uint16: { bytes: 2, at: (view, offset) => view.getUint16(offset, true) },
  uint8: { bytes: 1, at: (view, offset) => view.getUint8(offset) },
  bool: { bytes: 1, at: (view, offset) => view.getUint8(offset) },
};

/** Bytes of one value. @throws WeightFileError for a type that holds no plain numbers. */
export function bytesOf(dtype: string): number {
  const known = dtypes[dtype];
  if (!known) throw new WeightFileError(`its values are of the type ${dtype}`);
  return known.bytes;
}

/** `count` values from the start of `bytes`, as float32. @throws WeightFileError where there are fewer */
export function toFloat32(bytes: Uint8Array, dtype: string, count: number): Float32Array {
  const size = bytesOf(dtype);
  if (bytes.byteLength < count * size) throw new WeightFileError('it is cut off');
  const result = new Float32Array(count);
  if (dtype === 'float32') {
    new Uint8Array(result.buffer).set(bytes.subarray(0, count * size));
    return result;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { at } = dtypes[dtype] as DType;
  for (let i = 0; i < count; i++) result[i] = at(view, i * size);
  return result;
}

/** IEEE 754 binary16. */
export function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The upper half of a float32. */
export function bfloatToNumber(bits: number): number {
  scratch.setUint32(0, bits * 65536);
  return scratch.getFloat32(0);
}
