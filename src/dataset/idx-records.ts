import { hash as digest } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import { openIdx, readIdx } from './idx.ts';
import { findIdxPairs, type IdxPair } from './idx-source.ts';
import { type IdxFacts, type IndexDb, stampOf } from './index-db.ts';
import type { ScanOptions } from './scan.ts';
import type { ReadChunk, ReadImage } from './source-reader.ts';

const HASH_BYTES = 16;
const AT_ONCE = 500;

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

/**
 * Reads what all IDX images below `root` (or of the pair that `only` is part of) hold; labels become the classes "0", "1", ….
 * @returns the images in the order of their paths (by code point), some at a time: of each that is not asked for yet, 17 bytes are held
 */
export async function idxReader(
  root: string,
  only: string | null,
  index: IndexDb,
  { onProgress, signal }: ScanOptions,
): Promise<{ classes: string[]; chunks(): AsyncGenerator<ReadChunk> }> {
  const pairs = (await findIdxPairs(root, only ?? undefined)).sort((a, b) => byteOrder(`${a.images}#`, `${b.images}#`));
  const read: { pair: IdxPair; facts: IdxFacts }[] = [];
  const progress = { seen: 0, read: 0 };
  for (const pair of pairs) {
    signal?.throwIfAborted();
    const known = knownFacts(root, pair, index);
    const facts = known ?? (await readPair(root, pair, index));
    if (!known) progress.read += facts.count;
    read.push({ pair, facts });
    progress.seen += facts.count;
    onProgress?.({ ...progress, total: read.length === pairs.length ? progress.seen : null });
  }
  const used = new Set<number>();
  for (const { facts } of read) for (const label of facts.labels) used.add(label);
  const chunks = async function* (): AsyncGenerator<ReadChunk> {
    for (const { pair, facts } of read) {
      for (let from = 0; from < facts.count; from += AT_ONCE) {
        await new Promise(setImmediate);
        signal?.throwIfAborted();
        const images = imagesOf(pair, facts, from, Math.min(facts.count, from + AT_ONCE));
        yield { images, upTo: images.at(-1)?.path ?? '' };
      }
    }
  };
  return { classes: [...used].sort((a, b) => a - b).map(String), chunks };
}

function byteOrder(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
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
    hashImages(path.join(root, pair.images), pair.images),
    readIdx(path.join(root, pair.labels)),
  ]);
  const facts = { ...images, labels: labels.data };
  index.writeIdx(key, stamp, facts);
  return facts;
}

async function hashImages(file: string, name: string): Promise<Omit<IdxFacts, 'labels'>> {
  const { shape, items } = await openIdx(file);
  const sides = idxImageShape(shape, name);
  const count = shape[0] as number;
  const hashes = new Uint8Array(count * HASH_BYTES);
  let at = 0;
  for await (const pixels of items()) {
    hashes.set(digest('sha256', pixels, 'buffer').subarray(0, HASH_BYTES), at++ * HASH_BYTES);
  }
  return { count, ...sides, hashes };
}

/** @param from first of the images. @param to after the last */
function imagesOf(pair: IdxPair, facts: IdxFacts, from: number, to: number): ReadImage[] {
  const { count, width, height, channels } = facts;
  const hashes = Buffer.from(facts.hashes.subarray(from * HASH_BYTES, to * HASH_BYTES)).toString('hex');
  const digits = String(count - 1).length;
  return Array.from({ length: to - from }, (_, i) => ({
    // Zeros in front, so that the order of paths is the order in the file.
    path: `${pair.images}#${String(from + i).padStart(digits, '0')}`,
    className: String(facts.labels[from + i]),
    noLabel: null,
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
