import * as vscode from 'vscode';
import { listPredictors } from '../../jobs/predictors.ts';
import { Problem } from '../../problem.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { bestRun } from '../classify/classify-command.ts';
import { commands } from '../ids.ts';
import type { PredictPanels } from '../predict/predict-panels.ts';
import type { Handlers } from '../register.ts';
import type { RunStore } from '../runs/run-store.ts';
import { percent } from '../runs/run-text.ts';
import { requireTrust } from '../trust.ts';
import { localFolders, predictorsFolderOf } from '../workspace.ts';
import type { EvaluatePanels } from './evaluate-panels.ts';

export interface EvaluateParts {
  store: RunStore;
  evaluatePanels: EvaluatePanels;
  predictPanels: PredictPanels;
}

/** Commands that open the panels of what a trained model says. */
export function evaluateCommands({
  store,
  evaluatePanels,
  predictPanels,
}: EvaluateParts): Handlers<(typeof commands)['evaluateRun' | 'openPredict']> {
  return {
    async [commands.evaluateRun](argument?: unknown) {
      const folder = await subjectFor(store, argument, vscode.l10n.t('Evaluate which run or predictor?'));
      return folder && evaluatePanels.show({ folder, selected: null });
    },
    async [commands.openPredict](argument?: unknown) {
      requireTrust();
      await store.ready();
      const best = argument === undefined ? bestRun(store.all())?.folder : undefined;
      const folder = best ?? (await subjectFor(store, argument, vscode.l10n.t('Predict with which run or predictor?')));
      if (folder) predictPanels.show(folder);
    },
  };
}

interface SubjectPick extends vscode.QuickPickItem {
  folder: string;
}

/** The folder given, else the user's choice of runs with a model and predictors. @throws Problem `no-model` */
async function subjectFor(store: RunStore, argument: unknown, placeHolder: string): Promise<string | undefined> {
  if (typeof argument === 'string') return argument;
  await store.ready();
  const runs = store.all().filter(({ hasModel }) => hasModel);
  const predictors = localFolders().flatMap((root) => listPredictors(predictorsFolderOf(root)));
  if (runs.length + predictors.length === 0) {
    throw new Problem('no-model', vscode.l10n.t('There is no trained model yet.'), vscode.l10n.t('Train one first.'));
  }
  const picks: SubjectPick[] = [
    ...predictors.toReversed().map(({ name, folder }) => ({
      label: name,
      folder,
      description: vscode.l10n.t('predictor'),
      iconPath: new vscode.ThemeIcon('layers'),
    })),
    ...runs.toReversed().map((run) => ({ label: run.name, folder: run.folder, description: accuracyText(run) })),
  ];
  return (await vscode.window.showQuickPick(picks, { placeHolder, matchOnDescription: true }))?.folder;
}

function accuracyText({ validationAccuracy }: RunSummary): string {
  return validationAccuracy === null ? '' : percent(validationAccuracy);
}
