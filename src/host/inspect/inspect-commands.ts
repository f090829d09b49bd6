import * as vscode from 'vscode';
import { chooseDataSet } from '../data-sets/choose-data-set.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { commands } from '../ids.ts';
import type { Handlers } from '../register.ts';
import type { InspectPanels } from './inspect-panels.ts';

/** What a tree item, another panel or the Explorer says of the images to show. */
export interface InspectTarget {
  /** Absolute folder or file. */
  source: string;
  query?: string;
  /** Of one image, relative to the data set's root. */
  path?: string;
  /** A class of the Data Sets tree. */
  kind?: string;
  name?: string;
}

/** Opens a data set to look at: given, chosen, or the only one there is. */
export function inspectCommands(parts: {
  dataSets: DataSetStore;
  inspectPanels: InspectPanels;
}): Handlers<(typeof commands)['inspectDataSet']> {
  return {
    async [commands.inspectDataSet](target?: vscode.Uri | InspectTarget) {
      const placeHolder = vscode.l10n.t('Look at which data set?');
      const source =
        target instanceof vscode.Uri
          ? target.fsPath
          : (target?.source ?? (await chooseDataSet(parts.dataSets, placeHolder)));
      if (source === undefined) return;
      const panel = parts.inspectPanels.show(source);
      if (target && !(target instanceof vscode.Uri)) {
        const query = target.query ?? (target.kind === 'class' ? classQuery(target.name ?? '') : undefined);
        if (query !== undefined || target.path !== undefined) {
          panel.showImages({
            ...(query === undefined ? {} : { query }),
            ...(target.path === undefined ? {} : { path: target.path }),
          });
        }
      }
    },
  };
}

function classQuery(name: string): string {
  return /[\s,"]/.test(name) ? `class:"${name}"` : `class:${name}`;
}
