import path from 'node:path';
import { hashFile } from '../../file-hash.ts';
import type { IssueRow } from '../../protocol/catalogue.ts';

/**
 * The row with the content hashes of files that can't be decoded, of which the catalogue has none: a decision about such a file has to
 * know it again as well. A file that is gone stays without.
 */
export function withContentHashes(row: IssueRow, root: string): IssueRow {
  if (row.images.every(({ hash }) => hash !== '')) return row;
  return {
    ...row,
    images: row.images.map((image) =>
      image.hash === '' ? { ...image, hash: hashOf(path.join(root, image.path)) } : image,
    ),
  };
}

/** As `ImageRecord.hash` names it. */
function hashOf(file: string): string {
  try {
    return hashFile(file).slice(0, 32);
  } catch {
    return '';
  }
}
