import { createHash } from 'node:crypto';
import fs from 'node:fs';

const CHUNK = 1 << 20;

/** SHA-256 of a file's bytes, read a mebibyte at a time: a file of weights need not fit in memory. @throws the file system's own error */
export function hashFile(file: string): string {
  const hash = createHash('sha256');
  const handle = fs.openSync(file, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    for (;;) {
      const read = fs.readSync(handle, buffer, 0, CHUNK, null);
      if (read === 0) return hash.digest('hex');
      hash.update(buffer.subarray(0, read));
    }
  } finally {
    fs.closeSync(handle);
  }
}
