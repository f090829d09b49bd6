import { hash as digest } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import { type IdxFile, readIdx } from './idx.ts';
import { findIdxPairs, type IdxPair } from './idx-source.ts';
import { type IdxFacts, type IndexDb, stampOf } from './index-db.ts';
import type { ScanOptions } from './scan.ts';
import type { ImageRecord } from './types.ts';

const HASH_BYTES = 16;

/** One image inside an IDX file: its shape, and where its pixels start. Two-dimensional images are grey. */
export function idxImageShape(shape: number[], name: string): { width: number; height: number; channels: 1 | 3 } {
  const [, height = 0, width = 0, channels = 1] = shape;
  if (shape.length === 3 || (shape.length === 4 && (channels === 1 || channels === 3))) {
    return { width, height, channels: channels as 1 | 3 };
  }
  throw new Problem(
    'idx-shape',
    `${name} has the shape ${shape.join(' × ')}; images are count × height × width, or with 1 or 3 channels last.`,
    'Write the file again in that order.',
  );
}

/** Records of all IDX images below `root` (or of the pair that `only` is part of); labels become the classes "0", "1", …. */
export async function readIdxImages(
  root: string,
  only: string | null,
  index: IndexDb,
  { onProgress, signal }: ScanOptions,
): Promise<{ classes: string[]; images: ImageRecord[] }> {
  const pairs = await findIdxPairs(root, only ?? undefined);
  const facts: { pair: IdxPair; facts: IdxFacts }[] = [];
  let read = 0;
  for (const pair of pairs) {
    signal?.throwIfAborted();
    const known = knownFacts(root, pair, index);
    const entry = known ?? (await readPair(root, pair, index));
    if (!known) read += entry.count;
    facts.push({ pair, facts: entry });
    const seen = facts.reduce((sum, { facts: { count } }) => sum + count, 0);
    onProgress?.({ seen, total: facts.length === pairs.length ? seen : null, read });
  }
  const used = new Set<number>();
  for (const { facts: entry } of facts) for (const label of entry.labels) used.add(label);
  const values = [...used].sort((a, b) => a - b);
  const labels = new Map(values.map((value, label) => [value, label]));
  const images = facts.flatMap(({ pair, facts: entry }) => recordsOfPair(pair, entry, labels));
  return { classes: values.map(String), images };
}

function knownFacts(root: string, pair: IdxPair, index: IndexDb): IdxFacts | null {
  const { key, stamp } = identityOf(root, pair);
  return index.readIdx(key, stamp);
}

/** A pair counts as unchanged when neither file changed: the labels' stamp is part of the key. */
function identityOf(root: string, pair: IdxPair) {
  const labels = stampOf(fs.statSync(path.join(root, pair.labels)));
  return {
    key: JSON.stringify([pair.images, pair.labels, labels]),
    stamp: stampOf(fs.statSync(path.join(root, pair.images))),
  };
}

async function readPair(root: string, pair: IdxPair, index: IndexDb): Promise<IdxFacts> {
  const { key, stamp } = identityOf(root, pair);
  const [images, labels] = await Promise.all([
    readIdx(path.join(root, pair.images)),
    readIdx(path.join(root, pair.labels)),
  ]);
  const facts = factsOf(images, labels, pair.images);
  index.writeIdx(key, stamp, facts);
  return facts;
}

function factsOf(images: IdxFile, labels: IdxFile, name: string): IdxFacts {
  const { width, height, channels } = idxImageShape(images.shape, name);
  const count = images.shape[0] as number;
  const size = width * height * channels;
  const hashes = new Uint8Array(count * HASH_BYTES);
  for (let i = 0; i < count; i++) {
    const pixels = images.data.subarray(i * size, (i + 1) * size);
    hashes.set(digest('sha256', pixels, 'buffer').subarray(0, HASH_BYTES), i * HASH_BYTES);
  }
  return { count, width, height, channels, hashes, labels: labels.data };
}

function recordsOfPair(pair: IdxPair, facts: IdxFacts, labels: Map<number, number>): ImageRecord[] {
  const { count, width, height, channels } = facts;
  const hashes = Buffer.from(facts.hashes).toString('hex');
  const digits = String(count - 1).length;
  return Array.from({ length: count }, (_, i) => ({
    // Zeros in front, so that the order of paths is the order in the file.
    path: `${pair.images}#${String(i).padStart(digits, '0')}`,
    label: labels.get(facts.labels[i] as number) as number,
    split: pair.split,
    group: null,
    format: 'idx',
    width,
    height,
    channels,
    bytes: width * height * channels,
    hash: hashes.slice(i * HASH_BYTES * 2, (i + 1) * HASH_BYTES * 2),
  }));
}
