import { createHash } from 'node:crypto';
import { type DecodeSettings, decodedSize } from '../../../src/images/preprocess.ts';

export const cacheSettings: DecodeSettings = { width: 32, height: 32, color: 'rgb', resize: 'crop' };

export function hashOf(i: number): string {
  return createHash('sha256').update(String(i)).digest('hex').slice(0, 32);
}

export function pixelsOf(i: number): Uint8Array {
  return new Uint8Array(decodedSize(cacheSettings)).map((_, k) => (i * 31 + k * 7) & 255);
}
