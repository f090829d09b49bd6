import fs from 'node:fs';
import path from 'node:path';
import { hashFile } from '../../file-hash.ts';
import { writeJson } from '../../files.ts';
import { errnoOf, fsProblem } from '../../jobs/fs-problem.ts';
import { jobFiles } from '../../jobs/job.ts';
import { isPredictorFolder, PREDICTOR_FILE } from '../../jobs/predictors.ts';
import { readJob, readMeta } from '../../jobs/read.ts';
import { isRecord } from '../../jobs/record.ts';
import { modelFiles } from '../../models/save.ts';
import { Problem } from '../../problem.ts';
import { isViewsName, type ViewsSpec } from './views.ts';

/** How the members' probabilities become one answer. */
export type Combine = 'mean' | 'weighted' | 'vote';

/** One network of a predictor. */
export interface MemberSpec {
  /** What the user calls it. */
  name: string;
  /** Absolute folder with `model/`: a run, or the predictor itself (a soup). In the file: relative to it. */
  folder: string;
  /** Relative to `folder`: `model/weights.bin`, or a checkpoint or snapshot of the same network. */
  weights: string;
  /** SHA-256 of that file when the predictor was made; null: whatever it is now. */
  hash: string | null;
  /** Counts in `weighted` only. */
  weight: number;
}

/** `predictor.json`: what answers, of one or several runs. */
export interface PredictorSpec {
  version: 1;
  name: string;
  /** ISO 8601. */
  createdAt: string;
  combine: Combine;
  members: MemberSpec[];
  views: ViewsSpec;
  /** Of a soup: the networks whose weights were averaged; absent otherwise. */
  averagedFrom?: Omit<MemberSpec, 'weight'>[];
}

export const RUN_WEIGHTS = `${jobFiles.model}/${modelFiles.weights}`;
export const noViews: ViewsSpec = { name: 'none', count: 0, seed: 0 };

/** Of a predictor's folder what its file says; of a run's folder its best weights alone. @throws Problem `bad-predictor` */
export function readSubject(folder: string): PredictorSpec {
  return isPredictorFolder(folder) ? readPredictor(folder) : runAsPredictor(folder);
}

function runAsPredictor(folder: string): PredictorSpec {
  const absolute = path.resolve(folder);
  const name = readMeta(absolute).name || readJob(absolute).config.name || path.basename(absolute);
  return {
    version: 1,
    name,
    createdAt: '',
    combine: 'mean',
    members: [{ name, folder: absolute, weights: RUN_WEIGHTS, hash: null, weight: 1 }],
    views: noViews,
  };
}

/** Paths are written relative to the predictor, so that a workspace can be moved. @throws Problem `disk-full`, `no-permission` */
export function writePredictor(folder: string, spec: PredictorSpec): void {
  const file = path.join(folder, PREDICTOR_FILE);
  const relative = <Member extends { folder: string }>(member: Member): Member => ({
    ...member,
    folder: path.relative(folder, member.folder).split(path.sep).join('/') || '.',
  });
  try {
    writeJson(file, {
      ...spec,
      members: spec.members.map(relative),
      ...(spec.averagedFrom ? { averagedFrom: spec.averagedFrom.map(relative) } : {}),
    });
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}

function readPredictor(folder: string): PredictorSpec {
  const file = path.join(folder, PREDICTOR_FILE);
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if (errnoOf(error)) throw fsProblem(error, 'read', file);
    throw badPredictor(file, (error as Error).message);
  }
  if (!isRecord(value) || !Array.isArray(value.members)) throw badPredictor(file, 'it names no members');
  if (value.version !== 1) throw badPredictor(file, `its version is ${String(value.version)}, this Loupe reads 1`);
  const members = value.members.filter(isMember);
  if (members.length === 0 || members.length < value.members.length)
    throw badPredictor(file, 'a member is not complete');
  const combine = value.combine === 'vote' || value.combine === 'weighted' ? value.combine : 'mean';
  return {
    version: 1,
    name: typeof value.name === 'string' ? value.name : path.basename(folder),
    createdAt: typeof value.createdAt === 'string' ? value.createdAt : '',
    combine,
    members: members.map((member) => ({ ...member, folder: path.resolve(folder, member.folder) })),
    views: readViews(value.views),
    ...(Array.isArray(value.averagedFrom)
      ? {
          averagedFrom: value.averagedFrom
            .filter(isSource)
            .map((source) => ({ ...source, folder: path.resolve(folder, source.folder) })),
        }
      : {}),
  };
}

function readViews(value: unknown): ViewsSpec {
  if (!isRecord(value) || !isViewsName(value.name)) return noViews;
  const whole = (given: unknown, otherwise: number) => (Number.isInteger(given) ? (given as number) : otherwise);
  return { name: value.name, count: whole(value.count, 4), seed: whole(value.seed, 0) };
}

function isMember(value: unknown): value is MemberSpec {
  return isSource(value) && 'weight' in value && typeof value.weight === 'number';
}

function isSource(value: unknown): value is Omit<MemberSpec, 'weight'> {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    typeof value.folder === 'string' &&
    typeof value.weights === 'string' &&
    (value.hash === null || typeof value.hash === 'string')
  );
}

/** SHA-256 of a file with weights. @throws Problem `no-model` */
export function hashWeights(folder: string, weights: string): string {
  const file = path.join(folder, weights);
  try {
    return hashFile(file);
  } catch (error) {
    throw new Problem(
      'no-model',
      `There are no weights in ${file}.`,
      'Choose a run that has finished at least one epoch.',
      { cause: error },
    );
  }
}

function badPredictor(file: string, why: string): Problem {
  return new Problem(
    'bad-predictor',
    `${file} can't be used: ${why}.`,
    'Make the predictor again with loupe ensemble.',
  );
}
