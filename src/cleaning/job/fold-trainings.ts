import fs from 'node:fs';
import path from 'node:path';
import type { SplitName } from '../../dataset/types.ts';
import { readPredictions } from '../../evaluation/predictions-file.ts';
import { createJob } from '../../jobs/create.ts';
import { issuesFiles } from '../../jobs/issues-job.ts';
import { jobFiles } from '../../jobs/job.ts';
import { readSummary, runFolders } from '../../jobs/list.ts';
import { Problem } from '../../problem.ts';
import { mixSeed, permutation, seededRandom } from '../../random.ts';
import type { RunConfig } from '../../training/config.ts';
import { runTrainJob } from '../../training/run-job.ts';
import { writeSplit } from '../../training/split-file.ts';
import type { LabelledImages } from './find-labels.ts';
import type { Search } from './search.ts';

/** Share of a fold's training images that its checkpoints are chosen by. */
const VALIDATION = 0.1;

export interface FoldTrainings {
  /** [labelled, class]; each image by the training that did not see it. */
  probabilities: Float32Array;
  /** [labelled], 1 where there is a prediction: an image that can't be decoded has none. */
  there: Uint8Array;
  /** Folder of the first fold's run, whose network can describe the images. */
  run: string;
}

/**
 * Trains a config once a fold, each time with that fold held out, and collects what the trainings say of the images that they have not seen.
 * Trainings are runs in the job's folder: one that was interrupted goes on, one that is done is not repeated.
 * @param folds [labelled]
 * @throws Problem `fold-failed`; the signal's reason when stopped
 */
export async function trainFolds(
  search: Search,
  config: RunConfig,
  base: string,
  { classes, positions, labels }: LabelledImages,
  folds: Uint8Array,
): Promise<FoldTrainings> {
  const { folder, data, images, job, stop, steps } = search;
  const count = folds.reduce((most, fold) => Math.max(most, fold + 1), 0);
  return await steps.run('train', async (progress) => {
    const probabilities = new Float32Array(labels.length * classes.length);
    const there = new Uint8Array(labels.length);
    const byPath = new Map(Array.from(positions, (i, at) => [images[i]?.path ?? '', at]));
    let first = '';
    let trained = 0;
    for (let fold = 0; fold < count; fold++) {
      progress(fold, count);
      const parent = path.join(folder, issuesFiles.trainings, `fold-${fold + 1}`);
      const run = runFolders(parent)[0] ?? createJob(parent, foldConfig(config, job.source, fold, count), base);
      if (fold === 0) first = run;
      if (readSummary(run).state !== 'done') {
        const split = path.join(run, jobFiles.split);
        if (!fs.existsSync(split)) {
          const records = Array.from(positions, (i, at) => ({ ...images[i]?.record, label: labels[at] as number }));
          const chosen = { ...data, classes, images: records as typeof data.images };
          writeSplit(split, chosen, splitsOf(labels, folds, fold, job.settings.seed));
        }
        const outcome = await runTrainJob(run, { signal: stop.signal });
        stop.signal.throwIfAborted();
        if (outcome !== 'done') throw foldFailed(run, fold);
        trained++;
      }
      for (const line of readPredictions(path.join(run, jobFiles.predictions))) {
        const at = byPath.get(line.path);
        if (line.split !== 'test' || at === undefined) continue;
        there[at] = 1;
        probabilities.set(line.probabilities, at * classes.length);
      }
    }
    return { result: { probabilities, there, run: first }, kept: trained === 0 };
  });
}

function foldConfig(config: RunConfig, source: string, fold: number, count: number): RunConfig {
  return {
    ...config,
    name: `fold ${fold + 1} of ${count}`,
    data: { ...config.data, source },
    logging: { ...config.logging, tensorboard: false },
  };
}

/** The fold is what is tested on; a tenth of the rest, from every class, chooses the checkpoint. */
function splitsOf(labels: Int32Array, folds: Uint8Array, fold: number, seed: number): SplitName[] {
  const splits = Array.from(folds, (one): SplitName => (one === fold ? 'test' : 'train'));
  const counts = new Map<number, number>();
  for (const i of permutation(labels.length, seededRandom(mixSeed(seed, fold, 0xf01d)))) {
    if (splits[i] !== 'train') continue;
    const label = labels[i] as number;
    const seen = (counts.get(label) ?? 0) + 1;
    counts.set(label, seen);
    if (seen % Math.round(1 / VALIDATION) === 0) splits[i] = 'validation';
  }
  return splits;
}

function foldFailed(run: string, fold: number): Problem {
  const { message, advice } = readSummary(run);
  return new Problem(
    'fold-failed',
    `The training with fold ${fold + 1} held out did not come to its end: ${message ?? 'see its events'}`,
    advice ?? `See ${run}.`,
  );
}
