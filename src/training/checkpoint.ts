import fs from 'node:fs';
import path from 'node:path';
import type { NamedArray, TrainerState } from '../engines/engine.ts';
import { errnoOf, fsProblem } from '../jobs/fs-problem.ts';
import { readTensorFile, type TensorFile, writeTensorFile } from '../models/safetensors.ts';
import { Problem } from '../problem.ts';
import { atStart, type EpochResult, type TrainProgress } from './progress.ts';

const WEIGHT = 'weight/';
const OPTIMIZER = 'optimizer/';
const AVERAGED = 'averaged/';

/** All that the rest of a run depends on. */
export interface ResumePoint {
  progress: TrainProgress;
  state: TrainerState;
}

/** The weights worth keeping and how good they were. */
export interface BestPoint {
  result: EpochResult;
  weights: NamedArray[];
}

/** @throws Problem `disk-full`, `no-permission`, `folder-missing`; the previous file stays whole. */
export function writeResumePoint(file: string, { progress, state }: ResumePoint): void {
  write(file, {
    tensors: [
      ...prefixed(WEIGHT, state.weights),
      ...prefixed(OPTIMIZER, state.optimizer),
      ...prefixed(AVERAGED, state.averaged),
    ],
    metadata: { kind: 'last', progress: JSON.stringify(progress) },
  });
}

/** Null where there is none. @throws Problem `bad-checkpoint` */
export function readResumePoint(file: string): ResumePoint | null {
  return read(file, ({ tensors, metadata }) => ({
    // An older Loupe did not know all of it.
    progress: { ...atStart, ...(JSON.parse(metadata.progress ?? '') as TrainProgress) },
    state: {
      weights: withoutPrefix(WEIGHT, tensors),
      optimizer: withoutPrefix(OPTIMIZER, tensors),
      averaged: withoutPrefix(AVERAGED, tensors),
    },
  }));
}

/** @throws Problem `disk-full`, `no-permission`, `folder-missing`; the previous file stays whole. */
export function writeBestPoint(file: string, { result, weights }: BestPoint): void {
  write(file, {
    tensors: prefixed(WEIGHT, weights),
    metadata: { kind: 'best', result: JSON.stringify(result) },
  });
}

/** Null where there is none. @throws Problem `bad-checkpoint` */
export function readBestPoint(file: string): BestPoint | null {
  return read(file, ({ tensors, metadata }) => ({
    result: JSON.parse(metadata.result ?? '') as EpochResult,
    weights: withoutPrefix(WEIGHT, tensors),
  }));
}

/** @throws Problem `bad-checkpoint` when a checkpoint was made by another network than `expected`. */
export function assertSameShapes(file: string, weights: NamedArray[], expected: readonly (number | null)[][]): void {
  const same =
    weights.length === expected.length &&
    weights.every((weight, i) => weight.shape.join() === (expected[i] as (number | null)[]).join());
  if (same) return;
  throw badCheckpoint(file, 'it belongs to another network, input size or number of classes');
}

export function areFinite(arrays: NamedArray[]): boolean {
  return arrays.every(({ data }) => {
    let difference = 0;
    // NaN as soon as one value is infinite or NaN; many times faster than a call for every value.
    for (let i = 0; i < data.length; i++) difference += (data[i] as number) - (data[i] as number);
    return difference === 0;
  });
}

function prefixed(prefix: string, arrays: NamedArray[]): NamedArray[] {
  return arrays.map((array) => ({ ...array, name: prefix + array.name }));
}

function withoutPrefix(prefix: string, arrays: NamedArray[]): NamedArray[] {
  return arrays
    .filter(({ name }) => name.startsWith(prefix))
    .map((array) => ({ ...array, name: array.name.slice(prefix.length) }));
}

function write(file: string, content: TensorFile): void {
  try {
    // The run's own folder is never made anew: if it was removed, the user removed the run.
    const folder = path.dirname(file);
    if (!fs.existsSync(folder)) fs.mkdirSync(folder);
    writeTensorFile(file, content);
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}

function read<Point>(file: string, parse: (content: TensorFile) => Point): Point | null {
  try {
    return parse(readTensorFile(file));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    if (errnoOf(error)) throw fsProblem(error, 'read', file);
    throw badCheckpoint(file, (error as Error).message, error);
  }
}

function badCheckpoint(file: string, why: string, cause?: unknown): Problem {
  return new Problem(
    'bad-checkpoint',
    `The saved state ${file} can't be used: ${why}.`,
    `Delete ${path.dirname(file)} to train this run from its beginning, or duplicate the run.`,
    { cause },
  );
}
