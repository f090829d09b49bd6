import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { loadConfigFile } from '../../jobs/config-file.ts';
import { createFinder, type FinderJob, type NewFinder } from '../../jobs/finder-job.ts';
import { readFinderSummary } from '../../jobs/finder-tracker.ts';
import { jobFiles } from '../../jobs/job.ts';
import { readJob } from '../../jobs/read.ts';
import { recordFailure } from '../../jobs/record-failure.ts';
import { Problem } from '../../problem.ts';
import { defaultSweep, type FinderSummary, type SweepSettings } from '../../protocol/lr-finder.ts';
import { savedConfig } from '../configs/config-commands.ts';
import { configName } from '../configs/config-names.ts';
import { chooseDataSet } from '../data-sets/choose-data-set.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { commands, configSuffix } from '../ids.ts';
import type { ShowOptions } from '../panels/keyed-panels.ts';
import type { LoupeProcesses } from '../process.ts';
import type { Handlers } from '../register.ts';
import { defaultEngine } from '../settings.ts';
import { configFor } from '../train/start-run.ts';
import { requireTrust } from '../trust.ts';
import { findersFolderOf, workspaceFolderFor } from '../workspace.ts';
import type { FinderIndex } from './finder-index.ts';
import type { FinderPanels } from './finder-panels.ts';

type Ids = typeof commands;
type FinderCommand = Ids['findRate' | 'openFinder'];

export interface FinderParts {
  dataSets: DataSetStore;
  processes: LoupeProcesses;
  index: FinderIndex;
  log: vscode.LogOutputChannel;
  schemaFile: string;
}

/** Commands that look for a learning rate. */
export function finderCommands(parts: FinderParts & { finderPanels: FinderPanels }): Handlers<FinderCommand> {
  const show = (wanted: NewFinder, options: ShowOptions = {}) => {
    const folder = startFinder(parts, wanted);
    parts.finderPanels.show(folder, options);
    return folder;
  };
  return {
    /** @param target a config's URI, a data set of the tree, or a run's folder; nothing: the config in the editor, else a data set */
    async [commands.findRate](target?: vscode.Uri | { source: string } | string) {
      requireTrust();
      if (typeof target === 'string') return show(forRun(target));
      if (target !== undefined && !(target instanceof vscode.Uri)) return show(forDataSet(target.source));
      const uri = target ?? vscode.window.activeTextEditor?.document.uri;
      if (uri?.path.endsWith(configSuffix)) {
        const file = await savedConfig(uri);
        if (file === undefined) return undefined;
        const beside = vscode.window.activeTextEditor?.document.uri.fsPath === file;
        return show(await forConfig(file, parts.schemaFile), { beside });
      }
      workspaceFolderFor(null);
      const source = await chooseDataSet(parts.dataSets);
      return source === undefined ? undefined : show(forDataSet(source));
    },
    async [commands.openFinder](folder?: unknown) {
      const chosen = typeof folder === 'string' ? folder : await pickFinder(parts.index);
      if (chosen !== undefined) parts.finderPanels.show(chosen);
    },
  };
}

/** Makes another finder for the same thing, with its settings as they are now. */
export async function findAgain(parts: FinderParts, job: FinderJob, sweep: SweepSettings): Promise<string> {
  requireTrust();
  const { kind, path: file } = job.origin;
  if (kind === 'config') {
    if (!fs.existsSync(file)) {
      const message = vscode.l10n.t('{0} is there no more.', file);
      throw new Problem('config-missing', message, vscode.l10n.t('Look for the rate of another config.'));
    }
    await savedConfig(vscode.Uri.file(file));
    return startFinder(parts, { ...(await forConfig(file, parts.schemaFile)), sweep });
  }
  const wanted = kind === 'run' ? forRun(file) : { config: job.config, base: job.base, origin: job.origin };
  return startFinder(parts, { ...wanted, sweep });
}

async function forConfig(file: string, schemaFile: string): Promise<NewFinder> {
  const { config, base } = await loadConfigFile(file, schemaFile);
  const named = { ...config, name: config.name || configName(file) };
  return { config: named, base, sweep: defaultSweep, origin: { kind: 'config', path: file } };
}

function forRun(folder: string): NewFinder {
  const { config, base } = readJob(folder);
  return { config, base, sweep: defaultSweep, origin: { kind: 'run', path: folder } };
}

function forDataSet(source: string): NewFinder {
  const base = workspaceFolderFor(source);
  const engine = defaultEngine(vscode.Uri.file(base));
  const config = configFor({ source, base, changes: {}, engine, taken: new Set() });
  return { config, base, sweep: defaultSweep, origin: { kind: 'data', path: source } };
}

/** Makes the folder and starts its process; one that dies without a word is recorded as failed. */
function startFinder({ processes, index, log }: FinderParts, wanted: NewFinder): string {
  const folder = createFinder(findersFolderOf(workspaceFolderFor(wanted.base)), wanted);
  const child = processes.startFinder(folder);
  log.info(`process ${child.pid ?? '?'} looks for a learning rate in ${folder}`);
  const ended = (how: string) => {
    log.info(`process of ${folder}: ${how}`);
    index.announce();
    if (fs.existsSync(path.join(folder, jobFiles.events)) || !fs.existsSync(folder)) return;
    recordFailure(folder, vscode.l10n.t('It could not be started: {0}.', how), vscode.l10n.t('See the log.'));
  };
  child.once('error', (error) => ended(String(error)));
  child.once('exit', (code, signal) => ended(`exit ${code ?? signal}`));
  index.announce();
  return folder;
}

async function pickFinder(index: FinderIndex): Promise<string | undefined> {
  const finders = index.all().flatMap((folder) => {
    try {
      return [readFinderSummary(folder)];
    } catch {
      return [];
    }
  });
  if (finders.length === 0) {
    const message = vscode.l10n.t('No learning rate was looked for in this workspace yet.');
    throw new Problem('no-finder', message, vscode.l10n.t('Use "Loupe: Find Learning Rate".'));
  }
  const picks = finders.map((finder) => ({
    label: finder.name,
    description: rateOf(finder),
    detail: new Date(finder.createdAt).toLocaleString(vscode.env.language),
    folder: finder.folder,
  }));
  const options = { placeHolder: vscode.l10n.t('Open which curve?'), matchOnDescription: true };
  return (await vscode.window.showQuickPick(picks, options))?.folder;
}

/** What came of a finder, in a few words. */
function rateOf({ verdict, state }: FinderSummary): string {
  if (!verdict) return state;
  return verdict.usable ? String(verdict.rate) : vscode.l10n.t('no usable valley');
}
