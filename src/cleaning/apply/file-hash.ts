import { hash as digest } from 'node:crypto';
import fs from 'node:fs';

/** A file's content as `ImageRecord.hash` names it; null: there is no such file. @throws the file system's own error otherwise */
export function fileHash(file: string): string | null {
  try {
    return contentHash(fs.readFileSync(file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}

/** First 32 hex digits of the SHA-256. */
export function contentHash(bytes: Uint8Array): string {
  return digest('sha256', bytes, 'hex').slice(0, 32);
}
