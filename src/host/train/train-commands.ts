import * as vscode from 'vscode';
import { createJob } from '../../jobs/create.ts';
import type { DeepPartial } from '../../jobs/duplicate.ts';
import type { RunConfig } from '../../training/config.ts';
import { chooseDataSet } from '../data-sets/choose-data-set.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { commands } from '../ids.ts';
import type { ShowOptions } from '../panels/keyed-panels.ts';
import type { Handlers } from '../register.ts';
import type { RunPanels } from '../run-panel/run-panels.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { RunScheduler } from '../runs/scheduler.ts';
import { defaultEngine } from '../settings.ts';
import { requireTrust } from '../trust.ts';
import { runsFolderOf, workspaceFolderFor } from '../workspace.ts';
import { chooseRecipe } from './choose-recipe.ts';
import { configFor } from './start-run.ts';

type Ids = typeof commands;
type TrainCommand = Ids['train' | 'trainWithDefaults' | 'trainDataSet'];

export interface TrainParts {
  dataSets: DataSetStore;
  store: RunStore;
  scheduler: RunScheduler;
  panels: RunPanels;
}

/** Makes the run, puts it into the queue and shows it. Returns its folder. */
export function startRun(
  parts: Omit<TrainParts, 'dataSets'>,
  config: RunConfig,
  base: string,
  options: ShowOptions = {},
): string {
  const folder = createJob(runsFolderOf(workspaceFolderFor(base)), config, base);
  parts.scheduler.enqueue(folder);
  parts.panels.show(folder, options);
  return folder;
}

/** Commands that train on a data set without a config file. */
export function trainCommands(parts: TrainParts): Handlers<TrainCommand> {
  const { dataSets, store } = parts;

  const trainOn = async (source: string, changes: DeepPartial<RunConfig>) => {
    await store.ready();
    if (!dataSets.get(source)) await dataSets.add(source);
    const base = workspaceFolderFor(source);
    const taken = new Set(store.all().map(({ name }) => name));
    const config = configFor({ source, base, changes, engine: defaultEngine(vscode.Uri.file(base)), taken });
    return startRun(parts, config, base);
  };

  return {
    async [commands.train]() {
      requireTrust();
      workspaceFolderFor(null);
      const choice = await chooseRecipe();
      if (!choice) return undefined;
      if ('config' in choice) return await vscode.commands.executeCommand(commands.trainConfig, choice.config);
      const source = await chooseDataSet(dataSets);
      return source === undefined ? undefined : await trainOn(source, choice.recipe.config);
    },
    async [commands.trainWithDefaults]() {
      requireTrust();
      workspaceFolderFor(null);
      const source = await chooseDataSet(dataSets);
      return source === undefined ? undefined : await trainOn(source, {});
    },
    async [commands.trainDataSet](node: { source: string }) {
      requireTrust();
      return await trainOn(node.source, {});
    },
  };
}
