import { createHash } from 'node:crypto';
import type { ImageRecord } from './types.ts';

/**
 * SHA-256 over path, content, class name, split and group of every image: equal when and only when two data sets would train
 * the same. File times and the order of classes do not count.
 * @param images sorted by path.
 */
export function fingerprintOf(images: ImageRecord[], classes: string[]): string {
  const hash = createHash('sha256');
  const lines: string[] = [];
  for (const { path, hash: content, label, split, group, chosenSplit } of images) {
    const chosen = chosenSplit === undefined ? [] : [chosenSplit];
    lines.push(JSON.stringify([path, content, classes[label], split, group, ...chosen]));
    if (lines.length === 1000) hash.update(`${lines.splice(0).join('\n')}\n`);
  }
  return hash.update(`${lines.join('\n')}\n`).digest('hex');
}
