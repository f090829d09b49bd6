import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { writeJson } from '../../files.ts';
import { loadConfigFile } from '../../jobs/config-file.ts';
import { stripComments } from '../../jobs/jsonc.ts';
import { readJob } from '../../jobs/read.ts';
import { sortRuns } from '../../jobs/sort.ts';
import { Problem } from '../../problem.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { chooseDataSet } from '../data-sets/choose-data-set.ts';
import { portableSource } from '../data-sets/list-file.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { commands, configSuffix } from '../ids.ts';
import type { Handlers } from '../register.ts';
import { pickRun } from '../runs/pick-run.ts';
import { startRun, type TrainParts } from '../train/train-commands.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { configName, freeConfigFile } from './config-names.ts';

type Ids = typeof commands;
type ConfigCommand = Ids['newConfig' | 'trainConfig' | 'openRunOfConfig'];

/** Commands on `*.loupe.json` files. */
export function configCommands(parts: TrainParts & { schemaFile: string }): Handlers<ConfigCommand> {
  return {
    async [commands.newConfig]() {
      const folder = workspaceFolderFor(null);
      const source = await chooseDataSet(parts.dataSets);
      if (source === undefined) return;
      const file = freeConfigFile(folder, dataSetName(source));
      writeJson(file, minimalConfig(configName(file), portableSource(folder, source)));
      await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
    },
    async [commands.trainConfig](target?: vscode.Uri) {
      requireTrust();
      const file = await savedConfig(target);
      if (file === undefined) return undefined;
      const { config, base } = await loadConfigFile(file, parts.schemaFile);
      const beside = vscode.window.activeTextEditor?.document.uri.fsPath === file;
      return startRun(parts, { ...config, name: config.name || configName(file) }, base, { beside });
    },
    async [commands.openRunOfConfig](target?: vscode.Uri) {
      const file = configUri(target)?.fsPath;
      if (file === undefined) return;
      await parts.store.ready();
      const runs = runsOf(file, parts.store.all());
      if (runs.length === 0) {
        const advice = vscode.l10n.t('Train it first.');
        throw new Problem('no-run', vscode.l10n.t('{0} has no run yet.', path.basename(file)), advice);
      }
      const run = runs.length === 1 ? runs[0] : await pickRun(runs, vscode.l10n.t('Open which run?'));
      if (run) parts.panels.show(run.folder);
    },
  };
}

/** What a new config says; everything else is a default that completion offers. */
function minimalConfig(name: string, source: string): object {
  return { name, data: { source }, model: { architecture: 'small-cnn' }, training: { epochs: 10 } };
}

/** Runs made from a config file, newest first: those with its name and folder. */
export function runsOf(file: string, runs: readonly RunSummary[]): RunSummary[] {
  const name = nameIn(file);
  const mine = runs.filter((run) => run.params.name === name && baseOf(run.folder) === path.dirname(file));
  return sortRuns(mine);
}

function nameIn(file: string): string {
  try {
    const value: unknown = JSON.parse(stripComments(fs.readFileSync(file, 'utf8')));
    if (
      typeof value === 'object' &&
      value !== null &&
      'name' in value &&
      typeof value.name === 'string' &&
      value.name
    ) {
      return value.name;
    }
  } catch {
    // A config that can't be read has no name of its own.
  }
  return configName(file);
}

function baseOf(folder: string): string | null {
  try {
    return readJob(folder).base;
  } catch {
    return null;
  }
}

/** Saves the config where it is open with changes. Undefined: it is not to be saved. */
export async function savedConfig(target: vscode.Uri | undefined): Promise<string | undefined> {
  const uri = configUri(target);
  if (!uri) return undefined;
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
  if (document?.isDirty && !(await document.save())) return undefined;
  return document ? document.uri.fsPath : uri.fsPath;
}

/** @throws Problem where neither an argument nor the editor says which config is meant. */
export function configUri(target: vscode.Uri | undefined): vscode.Uri | undefined {
  const uri = target ?? vscode.window.activeTextEditor?.document.uri;
  if (uri?.path.endsWith(configSuffix)) return uri;
  const advice = vscode.l10n.t('Open one, or make one with "Loupe: New Run Config…".');
  throw new Problem('no-config', vscode.l10n.t('This is not a run config (*{0}).', configSuffix), advice);
}
