import fs from 'node:fs';
import { FormatError } from './format-error.ts';

/** Bytes that are read where they are wanted. */
export interface ByteSource {
  readonly size: number;
  /** `[position, position + length)`. @throws FormatError where that reaches beyond the end */
  read(position: number, length: number): Buffer;
  close(): void;
}

/** A file, open until it is closed. @throws the file system's own error */
export function openFileSource(file: string): ByteSource {
  const handle = fs.openSync(file, 'r');
  const { size } = fs.fstatSync(handle);
  return {
    size,
    read(position, length) {
      assertWithin(size, position, length);
      const buffer = Buffer.allocUnsafe(length);
      for (let done = 0; done < length; ) {
        const read = fs.readSync(handle, buffer, done, length - done, position + done);
        if (read === 0) throw new FormatError('it is cut off');
        done += read;
      }
      return buffer;
    },
    close: () => fs.closeSync(handle),
  };
}

export function memorySource(bytes: Uint8Array): ByteSource {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    size: buffer.length,
    read(position, length) {
      assertWithin(buffer.length, position, length);
      return buffer.subarray(position, position + length);
    },
    close: () => undefined,
  };
}

function assertWithin(size: number, position: number, length: number): void {
  if (!(position >= 0 && length >= 0 && position + length <= size)) throw new FormatError('it is cut off');
}
