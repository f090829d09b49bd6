import fs from 'node:fs';
import { Problem } from '../../problem.ts';
import type { IssuesSettings } from '../../protocol/issues.ts';

const MOST_FOLDS = 20;

/** @throws Problem `no-such-path`, `bad-search` where a search makes no sense; called before its folder is made */
export function assertSearchable(source: string, { folds, retrain, tune, embeddings }: IssuesSettings): void {
  if (!fs.existsSync(source)) {
    throw new Problem('no-such-path', `There is no ${source}.`, 'Check the path of the data.');
  }
  if (folds > MOST_FOLDS) {
    throw new Problem('bad-search', `${folds} folds are too many.`, `Use 2 to ${MOST_FOLDS}.`);
  }
  if (retrain !== null && !fs.existsSync(retrain)) {
    throw new Problem('no-such-path', `There is no ${retrain}.`, 'Give a *.loupe.json.');
  }
  if (retrain !== null && tune) {
    throw new Problem('bad-search', 'Labels are judged by --retrain or by --tune.', 'Leave one out.');
  }
  if (tune && !embeddings) {
    throw new Problem('bad-search', 'What is tuned is the network of the embeddings.', 'Leave out --no-embeddings.');
  }
  if (retrain !== null && !embeddings) {
    throw new Problem('bad-search', 'Trainings judge labels, and without embeddings nothing does.', 'Leave one out.');
  }
}
