import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { writeConfigCopy } from '../../jobs/duplicate.ts';
import type { FinderJob } from '../../jobs/finder-job.ts';
import { setJsonValue } from '../../jobs/jsonc-edit.ts';
import { readSummary } from '../../jobs/list.ts';
import { Problem } from '../../problem.ts';
import { configName, freeConfigFile } from '../configs/config-names.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { configNow } from './finder-origin.ts';

/**
 * Puts a rate where it belongs: into the config file, as an edit that can be undone, or into a new config made from the run or
 * the data set, which then opens.
 * @throws Problem `config-missing`, `bad-json`, `run-missing`
 */
export async function useRate(finderFolder: string, { origin, config }: FinderJob, rate: number): Promise<void> {
  if (origin.kind === 'config') return await writeIntoConfig(origin.path, rate);
  const source = origin.kind === 'run' ? origin.path : finderFolder;
  const name = origin.kind === 'run' ? readSummary(source).name : config.name;
  const file = freeConfigFile(workspaceFolderFor(source), name);
  writeConfigCopy(source, file, { name: configName(file), training: { learningRate: rate } });
  await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
}

async function writeIntoConfig(file: string, rate: number): Promise<void> {
  if (!fs.existsSync(file)) {
    const message = vscode.l10n.t('{0} is there no more.', file);
    throw new Problem('config-missing', message, vscode.l10n.t('Copy the rate instead.'));
  }
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  const wasSaved = !document.isDirty;
  const edit = new vscode.WorkspaceEdit();
  for (const { offset, length, text } of setJsonValue(document.getText(), ['training', 'learningRate'], rate)) {
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    edit.replace(document.uri, range, text);
  }
  if (!(await vscode.workspace.applyEdit(edit))) {
    const message = vscode.l10n.t("{0} can't be edited.", path.basename(file));
    throw new Problem('not-edited', message, vscode.l10n.t('Check that it is not read-only.'));
  }
  // What was being edited stays unsaved, as it was; undo works in either case.
  if (wasSaved) await document.save();
  const phases = configNow(file)?.training.phases ?? [];
  if (phases.some(({ learningRate }) => learningRate > 0)) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Phases of {0} have learning rates of their own, which stay.', path.basename(file)),
    );
  }
}
