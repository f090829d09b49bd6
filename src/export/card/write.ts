import path from 'node:path';
import { writeAtomic } from '../../files.ts';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { jobFiles } from '../../jobs/job.ts';
import { modelFiles } from '../../models/save.ts';
import { renderCard } from './card.ts';
import { readCardFacts } from './facts.ts';

/**
 * Writes `model/README.md` of a run; returns its path.
 * @throws Problem `no-model`, `disk-full`, `no-permission`, …
 */
export function writeRunCard(runFolder: string): string {
  const file = path.join(runFolder, jobFiles.model, modelFiles.card);
  const text = renderCard(readCardFacts(runFolder), null);
  try {
    writeAtomic(file, text);
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
  return file;
}
