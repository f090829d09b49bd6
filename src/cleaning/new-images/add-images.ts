import fs from 'node:fs';
import path from 'node:path';
import { isSideFile } from '../../dataset/folder-source.ts';
import { DecodeFailure } from '../../images/decode-failure.ts';
import { measureFile } from '../../images/measures/measure-image.ts';
import { contentHash } from '../apply/file-hash.ts';
import { FreeNames } from '../apply/free-names.ts';

/** Folder beside the class folders where images lie that have no class yet. */
export const UNLABELLED_FOLDER = 'unlabelled';

export interface AddedImages {
  /** Relative to the data set's root, with the file that each was copied from. */
  added: { path: string; from: string }[];
  /** Not copied: no image, or in the data set already. */
  left: { from: string; cause: string; message: string }[];
}

/**
 * Copies image files into the `unlabelled` folder of a data set; what can't be decoded and what is there already is left out. The files
 * themselves stay where they are; none is overwritten, and each copy appears whole.
 * @param sources files, and folders with all that is below them
 * @param known content hashes of the images that are there
 * @throws the file system's own error (ENOSPC, EACCES, …); what was copied until then stays
 */
export async function addImages(
  sources: readonly string[],
  root: string,
  known: ReadonlySet<string>,
  { onProgress, signal }: { onProgress?: (done: number, total: number) => void; signal?: AbortSignal } = {},
): Promise<AddedImages> {
  const files = sources.flatMap(filesIn);
  const result: AddedImages = { added: [], left: [] };
  const there = new Set(known);
  const names = new FreeNames(root);
  fs.mkdirSync(path.join(root, UNLABELLED_FOLDER), { recursive: true });
  for (const [at, from] of files.entries()) {
    signal?.throwIfAborted();
    onProgress?.(at, files.length);
    const bytes = fs.readFileSync(from);
    const fault = await faultOf(bytes);
    const hash = contentHash(bytes);
    if (fault) result.left.push({ from, ...fault });
    else if (there.has(hash)) {
      result.left.push({ from, cause: 'exact-duplicate', message: 'This very file is in the data set already' });
    } else {
      const name = names.take(`${UNLABELLED_FOLDER}/${path.basename(from)}`);
      copyWhole(bytes, path.join(root, name));
      there.add(hash);
      result.added.push({ path: name, from });
    }
  }
  onProgress?.(files.length, files.length);
  return result;
}

async function faultOf(bytes: Uint8Array): Promise<{ cause: string; message: string } | null> {
  try {
    await measureFile(bytes);
    return null;
  } catch (error) {
    if (error instanceof DecodeFailure) return { cause: error.skipCause, message: error.message };
    throw error;
  }
}

/** Under a temporary name first; the link fails where the name was taken meanwhile. */
function copyWhole(bytes: Uint8Array, to: string): void {
  const temporary = path.join(path.dirname(to), `.${path.basename(to)}.loupe-part`);
  try {
    fs.writeFileSync(temporary, bytes, { flag: 'wx', flush: true });
    fs.linkSync(temporary, to);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

function filesIn(source: string): string[] {
  if (!fs.statSync(source).isDirectory()) return [source];
  return fs
    .readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !isSideFile(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter(
      (file) =>
        !path
          .relative(source, file)
          .split(path.sep)
          .some((part) => part.startsWith('.')),
    )
    .sort();
}
