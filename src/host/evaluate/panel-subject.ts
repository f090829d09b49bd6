import fs from 'node:fs';
import path from 'node:path';
import { jobFiles } from '../../jobs/job.ts';
import { readSummary } from '../../jobs/list.ts';
import { isPredictorFolder, readPredictorEntry } from '../../jobs/predictors.ts';
import { isRunFolder } from '../../jobs/read.ts';
import type { PanelSubject } from '../../protocol/evaluate-panel.ts';
import { folderOfState } from '../panels/keyed-panels.ts';
import { loupeFolderIn } from '../workspace.ts';

/** What a panel says of a run or predictor. @throws Problem `not-a-run`, `bad-job` */
export function panelSubject(folder: string): PanelSubject {
  if (isPredictorFolder(folder)) {
    const { name, members } = readPredictorEntry(folder);
    return { kind: 'predictor', folder, name, splits: splitsOf(members.find(isRunFolder)) };
  }
  return { kind: 'run', folder, name: readSummary(folder).name, splits: splitsOf(folder) };
}

const order = ['test', 'validation', 'train'] as const;

/** Counted without reading every line as JSON: a split may name hundreds of thousands of images. */
function splitsOf(run: string | undefined): PanelSubject['splits'] {
  const file = run && path.join(run, jobFiles.split);
  if (!file || !fs.existsSync(file)) return [];
  const text = fs.readFileSync(file, 'utf8');
  return order
    .map((split) => ({ split, images: text.split(`"split":"${split}"}`).length - 1 }))
    .filter(({ images }) => images > 0);
}

/** The run or predictor of this workspace that a kept state names. */
export function modelFolderOfState(state: unknown): string | null {
  return folderOfState(state, (root) => ['runs', 'predictors'].map((name) => path.join(loupeFolderIn(root), name)));
}
