import { hash as digest } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { readIdxRecord } from '../../dataset/decode-record.ts';
import type { SourceImage } from '../../dataset/list-images.ts';
import { writeAtomic, writeJson } from '../../files.ts';
import { errnoOf, fsProblem } from '../../jobs/fs-problem.ts';
import { Problem } from '../../problem.ts';
import type { RefusedEdit } from '../../protocol/apply.ts';
import { cleanedImages, copyPlaces } from './cleaned.ts';
import { refusal, type SourceEdits } from './edits-of.ts';
import { contentHash } from './file-hash.ts';
import type { StepOptions } from './run-steps.ts';

export interface CopyOptions extends StepOptions {
  /** Hard links in place of copies where the file system can: no space is used, and a file changed in one place changes in both. */
  link?: boolean;
}

export interface CopyOutcome {
  /** Absolute. */
  folder: string;
  images: number;
  /** Files that a call that was cut short had written already. */
  there: number;
  leftOut: number;
  refused: RefusedEdit[];
}

/** Says in an unfinished copy what it is a copy of. */
const MARK = '.loupe-copy.json';

/**
 * Writes the data set as it is with all edits into a folder of its own; the source stays as it is. Each file is whole or not there; the same
 * call goes on with a copy that was cut short.
 * @throws Problem `copy-inside`, `not-empty`; the signal's reason when aborted
 */
export async function copyCleaned(edits: SourceEdits, folder: string, options: CopyOptions = {}): Promise<CopyOutcome> {
  const target = path.resolve(folder);
  const cleaned = cleanedImages(edits);
  const { places, refused } = copyPlaces(edits, cleaned);
  const identity = digest(
    'sha256',
    JSON.stringify([edits.source.root, places.map(({ image, to }) => [image.hash, to])]),
  );
  prepare(target, edits.source.root, identity);
  let there = 0;
  let images = 0;
  for (const [at, { image, to }] of places.entries()) {
    if (at % 20 === 0) await new Promise(setImmediate);
    options.signal?.throwIfAborted();
    const file = path.join(target, to);
    try {
      if (fs.existsSync(file)) there++;
      else await copyOne(edits.source.root, image, file, options.link ?? false);
      images++;
    } catch (error) {
      const known = fsProblem(error, 'copy', image.path);
      // A full disk or a folder that can't be written to fails for all that follow.
      if (known instanceof Problem && known.code !== 'folder-missing' && known.code !== 'content-changed') throw known;
      const message = error instanceof Error ? error.message : String(error);
      refused.push(
        refusal(image.path, known instanceof Problem ? known.code : (errnoOf(error) ?? 'unexpected'), message),
      );
    }
    options.onProgress?.(at + 1, places.length);
  }
  fs.rmSync(path.join(target, MARK));
  return { folder: target, images, there, leftOut: edits.images.length - cleaned.length, refused };
}

function prepare(target: string, root: string, identity: string): void {
  const inside = path.relative(root, target);
  if (!inside.startsWith('..') && !path.isAbsolute(inside)) {
    throw new Problem('copy-inside', `${target} lies inside the data set.`, 'Choose a folder outside.');
  }
  const mark = path.join(target, MARK);
  try {
    fs.mkdirSync(target, { recursive: true });
    const goesOn = fs.existsSync(mark) && fs.readFileSync(mark, 'utf8').includes(identity);
    if (!goesOn && fs.readdirSync(target).length > 0) {
      throw new Problem('not-empty', `${target} is not empty.`, 'Choose a new folder: nothing is overwritten.');
    }
    writeJson(mark, { unfinishedCopyOf: root, identity });
  } catch (error) {
    throw fsProblem(error, 'write', target);
  }
}

async function copyOne(root: string, image: SourceImage, to: string, link: boolean): Promise<void> {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  if (/#\d+$/.test(image.path) && !fs.existsSync(path.resolve(root, image.path))) {
    writeAtomic(to, await idxPicture(root, image.path));
    return;
  }
  const from = fs.realpathSync(path.resolve(root, image.path));
  const bytes = fs.readFileSync(from);
  if (contentHash(bytes) !== image.hash) {
    throw new Problem('content-changed', `${from} was changed while it was copied.`, 'Copy again.');
  }
  if (!link || !hardLink(from, to)) writeAtomic(to, bytes);
}

/** False where the file system can't. */
function hardLink(from: string, to: string): boolean {
  try {
    fs.linkSync(from, to);
    return true;
  } catch (error) {
    if (['EXDEV', 'EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes(errnoOf(error) ?? '')) return false;
    throw error;
  }
}

/** As PNG, which loses nothing. */
async function idxPicture(root: string, name: string): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const { width, height, channels, data } = await readIdxRecord(root, name);
  return await sharp(data, { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();
}
