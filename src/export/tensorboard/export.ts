import fs from 'node:fs';
import path from 'node:path';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { jobFiles } from '../../jobs/job.ts';
import { modelFiles } from '../../models/save.ts';
import { renderCard } from '../card/card.ts';
import { readCardFacts } from '../card/facts.ts';
import { TensorBoardLog } from './log.ts';

/** Writes the log of a run into `folder`, with its model card where it has a model. */
export function exportTensorBoard(runFolder: string, folder: string): { path: string; bytes: number } {
  try {
    const log = new TensorBoardLog(runFolder, folder);
    const hasModel = fs.existsSync(path.join(runFolder, jobFiles.model, modelFiles.model));
    if (hasModel) log.addCard(renderCard(readCardFacts(runFolder), null));
    return { path: folder, bytes: fs.statSync(log.file).size };
  } catch (error) {
    throw fsProblem(error, 'write', folder);
  }
}
