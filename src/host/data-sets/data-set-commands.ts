import path from 'node:path';
import * as vscode from 'vscode';
import { commands } from '../ids.ts';
import type { Handlers } from '../register.ts';
import { revealFolder } from '../runs/run-commands.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { chooseDataSet, chooseFolder } from './choose-data-set.ts';
import type { DataSetStore } from './data-set-store.ts';
import { makeSample } from './sample.ts';

type Ids = typeof commands;
type DataSetCommand = Ids['openDataSet' | 'createSample' | 'scanDataSet' | 'removeDataSet' | 'revealDataSet'];

interface Node {
  source: string;
}

/** Commands on the list of data sets. */
export function dataSetCommands(store: DataSetStore): Handlers<DataSetCommand> {
  const open = async (source: string) => {
    await store.add(source);
    if (vscode.workspace.isTrusted) await store.scan(source);
  };
  return {
    async [commands.openDataSet](target?: vscode.Uri | Node) {
      const source = target instanceof vscode.Uri ? target.fsPath : (target?.source ?? (await chooseFolder()));
      if (source) await open(source);
    },
    async [commands.createSample]() {
      const folder = path.join(workspaceFolderFor(null), 'loupe-sample');
      await makeSample(folder);
      await open(folder);
    },
    async [commands.scanDataSet](node?: Node) {
      requireTrust();
      const sources = node ? [node.source] : store.all().map(({ source }) => source);
      if (sources.length === 0) {
        const source = await chooseDataSet(store, vscode.l10n.t('Scan which data set?'));
        return source === undefined ? undefined : await open(source);
      }
      const results = await Promise.allSettled(sources.map((source) => store.scan(source)));
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
    },
    [commands.removeDataSet]: (node: Node) => store.remove(node.source),
    [commands.revealDataSet]: (node: Node) => revealFolder(node.source),
  };
}
