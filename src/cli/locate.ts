import fs from 'node:fs';
import path from 'node:path';
import { listRuns } from '../jobs/list.ts';
import { isRunFolder } from '../jobs/read.ts';
import { Problem } from '../problem.ts';
import type { RunSummary } from '../protocol/runs.ts';

/** Where runs are kept below a workspace or the current folder. */
export function defaultRunsFolder(folder: string): string {
  return path.join(path.resolve(folder), '.loupe', 'runs');
}

/** Where learning-rate finders are kept below a workspace or the current folder. */
export function defaultFindersFolder(folder: string): string {
  return path.join(path.resolve(folder), '.loupe', 'lr-finder');
}

/** The runs folder that a user means by a folder: its `.loupe/runs` where it has one, else itself. */
export function runsFolderOf(folder: string): string {
  const inside = defaultRunsFolder(folder);
  return fs.existsSync(inside) ? inside : path.resolve(folder);
}

/**
 * The folder of a run given by path, or by name, id or the beginning of an id in `runsFolder`.
 * @param wanted of several with that name, those that are of use
 * @throws Problem `no-such-run`, `ambiguous-run`
 */
export async function findRun(
  given: string,
  runsFolder: string,
  wanted: (run: RunSummary) => boolean = () => true,
): Promise<string> {
  if (isRunFolder(given)) return path.resolve(given);
  const { runs } = await listRuns(runsFolder);
  const exact = runs.filter((run) => run.id === given || run.name === given);
  const all = exact.length ? exact : runs.filter((run) => run.id.startsWith(given));
  const found = all.some(wanted) ? all.filter(wanted) : all;
  const [first] = found;
  if (found.length === 1 && first) return first.folder;
  if (found.length > 1) {
    const ids = found.slice(0, 5).map((run) => run.id);
    throw new Problem(
      'ambiguous-run',
      `"${given}" may be one of ${found.length} runs.`,
      `Give an id: ${ids.join(', ')}.`,
    );
  }
  throw new Problem(
    'no-such-run',
    `There is no run "${given}" in ${runsFolder}.`,
    'Give a run folder, or see loupe runs for names and ids.',
  );
}

function noClassifier(given: string): Problem {
  return new Problem(
    'no-such-run',
    `${given} is no run, no predictor and no TensorFlow.js layers model.`,
    /\.zip$/i.test(given)
      ? 'Unpack it, and name the folder that holds its model.json.'
      : 'Give a run folder, a predictor or the folder of a model.json; loupe runs tells names and ids of runs.',
  );
}

/** Where predictors are kept: beside the runs. */
export function predictorsFolderOf(runsFolder: string): string {
  return path.join(path.dirname(runsFolder), 'predictors');
}

/**
 * The folder of what can predict: a run as `findRun` finds it, a predictor given by path, id or name, or one made here of a TensorFlow.js
 * layers model (a Teachable Machine export), given by its folder or `model.json`.
 * @throws Problem `no-such-run`, `ambiguous-run`, `not-a-classifier`
 */
export async function findSubject(given: string, runsFolder: string): Promise<string> {
  const { isPredictorFolder, listPredictors } = await import('../jobs/predictors.ts');
  if (isPredictorFolder(given)) return path.resolve(given);
  const { modelJsonAt } = await import('../assess/adopt-model.ts');
  const model = isRunFolder(given) ? null : modelJsonAt(given);
  if (model !== null) {
    const { adoptModel } = await import('../assess/adopt-model.ts');
    return await adoptModel(model, predictorsFolderOf(runsFolder));
  }
  const found = listPredictors(predictorsFolderOf(runsFolder)).filter(({ id, name }) => id === given || name === given);
  const [only] = found;
  if (only && found.length === 1) return only.folder;
  if (found.length > 1) {
    const ids = found.map(({ id }) => id);
    throw new Problem(
      'ambiguous-run',
      `"${given}" may be one of ${found.length} predictors.`,
      `Give an id: ${ids.join(', ')}.`,
    );
  }
  try {
    return await findRun(given, runsFolder, (run) => run.hasModel);
  } catch (error) {
    throw fs.existsSync(given) && error instanceof Problem && error.code === 'no-such-run'
      ? noClassifier(given)
      : error;
  }
}
