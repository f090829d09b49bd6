import { FormatError } from '../format-error.ts';
import { type Cursor, damaged } from './cursor.ts';

/** `string`: of a fixed length; `text`: of any, in the file's global heap. Others are the names of numbers: `float32`, `int64` … */
export interface HdfType {
  kind: string;
  /** Bytes of one value. */
  size: number;
}

const classes = { integer: 0, float: 1, string: 3, enumeration: 8, variable: 9 } as const;

/** @throws FormatError for a type that neither weights nor their names need */
export function readDatatype(cursor: Cursor): HdfType {
  const first = cursor.unsigned(1);
  const bits = cursor.unsigned(3);
  const size = cursor.unsigned(4);
  switch (first & 15) {
    case classes.integer:
      if (bits & 1) throw new FormatError('its numbers are big-endian');
      return { kind: `${bits & 8 ? 'int' : 'uint'}${8 * size}`, size };
    case classes.float: {
      if (bits & 1 || bits & 64) throw new FormatError('its numbers are big-endian');
      const precision = cursor.skip(2).unsigned(2);
      // bfloat16 has eight bits of exponent where float16 has five.
      const exponentSize = cursor.skip(1).unsigned(1);
      if (precision !== 8 * size) throw new FormatError('it holds floats of a kind that is not known here');
      return { kind: size === 2 && exponentSize === 8 ? 'bfloat16' : `float${precision}`, size };
    }
    case classes.string:
      return { kind: 'string', size };
    case classes.enumeration:
      return readDatatype(cursor);
    case classes.variable:
      if ((bits & 15) !== 1) throw new FormatError('it holds lists of varying length');
      return { kind: 'text', size };
    default:
      throw new FormatError('it holds values that are no numbers');
  }
}

/** Lengths of each axis; empty: one value. null: none at all. @throws FormatError */
export function readDataspace(cursor: Cursor): number[] | null {
  const version = cursor.unsigned(1);
  const rank = cursor.unsigned(1);
  cursor.skip(1);
  if (version === 1) cursor.skip(5);
  else if (version !== 2) throw damaged();
  else if (cursor.unsigned(1) === 2) return null;
  if (rank > 32) throw damaged();
  return Array.from({ length: rank }, () => cursor.length());
}
