import fs from 'node:fs';
import type { DataSet, SplitName } from '../dataset/types.ts';
import { writeAtomic } from '../files.ts';
import { errnoOf, fsProblem } from '../jobs/fs-problem.ts';
import { Problem } from '../problem.ts';

/** First line of `split.jsonl`: what the run's numbers stand for. */
export interface SplitHeader {
  version: 1;
  /** In the order of the network's outputs. */
  classes: string[];
  /** Of the data set when it was split. */
  fingerprint: string;
}

/** Every other line: one image. */
export interface SplitLine {
  path: string;
  hash: string;
  label: string;
  split: SplitName;
}

export interface StoredSplit extends SplitHeader {
  lines: SplitLine[];
}

/** @throws Problem `disk-full`, `no-permission`, `folder-missing` */
export function writeSplit(file: string, data: DataSet, splits: SplitName[]): StoredSplit {
  const header: SplitHeader = { version: 1, classes: data.classes, fingerprint: data.fingerprint };
  const lines = data.images.map(
    (image, i): SplitLine => ({
      path: image.path,
      hash: image.hash,
      label: data.classes[image.label] as string,
      split: splits[i] as SplitName,
    }),
  );
  try {
    writeAtomic(file, [header, ...lines].map((line) => `${JSON.stringify(line)}\n`).join(''));
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
  return { ...header, lines };
}

/** Null where the run has not been split yet. @throws Problem `bad-split` */
export function readSplit(file: string): StoredSplit | null {
  try {
    const [first, ...rest] = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
    const header = JSON.parse(first ?? '') as SplitHeader;
    return { ...header, lines: rest.map((line) => JSON.parse(line) as SplitLine) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    if (errnoOf(error)) throw fsProblem(error, 'read', file);
    throw new Problem(
      'bad-split',
      `${file} is damaged: ${(error as Error).message}.`,
      'Duplicate the run: the copy makes a new split.',
      { cause: error },
    );
  }
}
