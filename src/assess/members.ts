import fs from 'node:fs';
import path from 'node:path';
import { RUN_WEIGHTS } from '../evaluation/predictor/spec.ts';
import { isRunFolder } from '../jobs/read.ts';
import { modelFiles } from '../models/save.ts';
import { Problem } from '../problem.ts';
import type { PredictorRequest } from './make-predictor.ts';

/**
 * The member that a path means: a checkpoint file or a snapshot's folder inside a run. Null where it is no path inside a run.
 * @throws Problem `no-model`
 */
export function memberAt(file: string): Omit<PredictorRequest['members'][number], 'weight'> | null {
  if (!fs.existsSync(file)) return null;
  const absolute = path.resolve(file);
  const run = runAbove(absolute);
  if (!run || run === absolute) return null;
  const isFolder = fs.statSync(absolute).isDirectory();
  const weights = isFolder ? path.join(absolute, modelFiles.weights) : absolute;
  if (!fs.existsSync(weights)) {
    throw new Problem(
      'no-model',
      `There are no weights in ${absolute}.`,
      `Name a snapshot's folder or a checkpoint file.`,
    );
  }
  const inside = path.relative(run, weights).split(path.sep).join('/');
  const name = `${path.basename(run)} ${isFolder ? path.basename(absolute) : path.basename(file, path.extname(file))}`;
  return { name, folder: run, weights: inside };
}

/** Snapshots of a run, oldest first; each is a folder with weights of the run's network. */
export function snapshotsOf(run: string): string[] {
  const parent = path.join(run, 'snapshots');
  if (!fs.existsSync(parent)) return [];
  return fs
    .readdirSync(parent)
    .sort()
    .map((name) => path.join(parent, name))
    .filter((folder) => fs.existsSync(path.join(folder, modelFiles.weights)));
}

/** A run as a member, by its best weights. */
export function memberOfRun(run: string, name: string): Omit<PredictorRequest['members'][number], 'weight'> {
  return { name, folder: run, weights: RUN_WEIGHTS };
}

function runAbove(file: string): string | null {
  for (let folder = file; ; folder = path.dirname(folder)) {
    if (isRunFolder(folder)) return folder;
    if (folder === path.dirname(folder)) return null;
  }
}
