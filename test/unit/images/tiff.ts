/** Pixels of a TIFF: [height, width, band]. */
export interface TiffImage {
  width: number;
  height: number;
  bands: number;
  bits: 8 | 16;
  values: readonly number[];
  /** Default: bands of grey, as multispectral files have them. */
  isRgb?: boolean;
}

const SHORT = 3;
const LONG = 4;

/** An uncompressed TIFF (revision 6.0) in one strip, its bands interleaved; those beyond the colours are of unspecified meaning. */
export function tiffOf({ width, height, bands, bits, values, isRgb = false }: TiffImage): Buffer {
  const pixels = Buffer.from(bits === 8 ? Uint8Array.from(values).buffer : Uint16Array.from(values).buffer);
  const extra = bands - (isRgb ? 3 : 1);
  const fields: [tag: number, type: typeof SHORT | typeof LONG, values: number[]][] = [
    [256, LONG, [width]],
    [257, LONG, [height]],
    [258, SHORT, new Array(bands).fill(bits)],
    [259, SHORT, [1]],
    [262, SHORT, [isRgb ? 2 : 1]],
    [273, LONG, [0]],
    [277, SHORT, [bands]],
    [278, LONG, [height]],
    [279, LONG, [pixels.length]],
    [284, SHORT, [1]],
    ...(extra > 0 ? [[338, SHORT, new Array(extra).fill(0)] as [number, typeof SHORT, number[]]] : []),
  ];
  const directory = Buffer.alloc(2 + fields.length * 12 + 4);
  directory.writeUInt16LE(fields.length, 0);
  const parts: Buffer[] = [];
  let end = 8 + directory.length;
  for (const [i, [tag, type, list]] of fields.entries()) {
    const at = 2 + i * 12;
    directory.writeUInt16LE(tag, at);
    directory.writeUInt16LE(type, at + 2);
    directory.writeUInt32LE(list.length, at + 4);
    const bytes = Buffer.from(type === SHORT ? Uint16Array.from(list).buffer : Uint32Array.from(list).buffer);
    if (bytes.length <= 4) bytes.copy(directory, at + 8);
    else {
      directory.writeUInt32LE(end, at + 8);
      parts.push(bytes);
      end += bytes.length;
    }
  }
  const strip = 2 + fields.findIndex(([tag]) => tag === 273) * 12;
  directory.writeUInt32LE(end, strip + 8);
  return Buffer.concat([Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0]), directory, ...parts, pixels]);
}
