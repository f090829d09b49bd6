import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import { parseIdxHeader, readIdxStart } from './idx.ts';
import { byCodeUnit } from './listing.ts';
import type { SplitName } from './types.ts';

/** A file of images and the file of their labels; names relative to the root. */
export interface IdxPair {
  images: string;
  labels: string;
  split: SplitName | null;
}

/** More files than this in one folder and it is no IDX data set: nobody opens thousands of files to find out. */
const MOST_FILES = 64;

interface Candidate {
  name: string;
  shape: number[];
}

/**
 * Finds pairs of images and labels in a folder, or the pair that `only` belongs to.
 * @returns an empty array when the folder holds no IDX file.
 * @throws Problem when a file of images has no labels, or the two differ in length.
 */
export async function findIdxPairs(root: string, only?: string): Promise<IdxPair[]> {
  const candidates = await idxFiles(root);
  const images = candidates.filter((file) => file.shape.length >= 3);
  const labels = candidates.filter((file) => file.shape.length === 1);
  if (only && !candidates.some((file) => file.name === only)) {
    throw new Problem('idx-format', `${path.join(root, only)} is no IDX file.`, 'Choose a file of images or labels.');
  }
  if (images.length === 0) {
    if (labels.length === 0) return [];
    throw new Problem(
      'idx-no-images',
      `${root} holds IDX labels but no IDX images.`,
      'Put the file of images beside them.',
    );
  }
  const pairs = images.map((file) => pairUp(root, file, labels, images.length));
  const wanted = only ? pairs.filter((pair) => pair.images === only || pair.labels === only) : pairs;
  const splits = wanted.map((pair) => splitOfName(pair.images));
  const bringsSplit = new Set(splits).size > 1;
  return wanted.map((pair, i) => ({ ...pair, split: bringsSplit ? (splits[i] ?? null) : null }));
}

async function idxFiles(root: string): Promise<Candidate[]> {
  const names = readFolder(root)
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map((entry) => entry.name);
  if (names.length > MOST_FILES) return [];
  const found: Candidate[] = [];
  for (const name of names.sort(byCodeUnit)) {
    const start = await readIdxStart(path.join(root, name));
    const header = start && parseIdxHeader(start, name);
    if (header) found.push({ name, shape: header.shape });
  }
  return found;
}

/** A folder that can't be read is refused by whoever reads it as an image folder, with a better message. */
function readFolder(root: string): fs.Dirent[] {
  try {
    return fs.readdirSync(root, { withFileTypes: true });
  } catch {
    return [];
  }
}

function pairUp(root: string, images: Candidate, labels: Candidate[], imageFiles: number): IdxPair {
  const wanted = labelKey(images.name);
  const match =
    labels.find((file) => labelKey(file.name) === wanted) ??
    (imageFiles === 1 && labels.length === 1 ? labels[0] : null);
  if (!match) {
    throw new Problem(
      'idx-no-labels',
      `${path.join(root, images.name)} has no file of labels beside it.`,
      `Put it there under the name ${images.name.replace('images', 'labels').replace(/idx\d/, 'idx1')}.`,
    );
  }
  if (match.shape[0] !== images.shape[0]) {
    throw new Problem(
      'idx-length',
      `${images.name} holds ${images.shape[0]} images and ${match.name} ${match.shape[0]} labels.`,
      'The two files do not belong together, or one is damaged.',
    );
  }
  return { images: images.name, labels: match.name, split: null };
}

/** `train-images-idx3-ubyte.gz` and `train-labels-idx1-ubyte` have the same key. */
function labelKey(name: string): string {
  return name
    .toLowerCase()
    .replace(/\.gz$/, '')
    .replace(/images?|labels?/, '')
    .replace(/idx\d/, '');
}

function splitOfName(name: string): SplitName | null {
  if (/t10k|test/i.test(name)) return 'test';
  if (/val/i.test(name)) return 'validation';
  return /train/i.test(name) ? 'train' : null;
}
