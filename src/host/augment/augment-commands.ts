import * as vscode from 'vscode';
import { chooseDataSet } from '../data-sets/choose-data-set.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { commands } from '../ids.ts';
import type { Handlers } from '../register.ts';
import { requireTrust } from '../trust.ts';
import { isConfig } from './augment-panel.ts';
import type { AugmentPanels } from './augment-panels.ts';

/** Opens the augmentation preview of a config (given, or in the editor) or of a data set. */
export function augmentCommands(parts: {
  dataSets: DataSetStore;
  augmentPanels: AugmentPanels;
}): Handlers<(typeof commands)['previewAugment']> {
  return {
    async [commands.previewAugment](target?: vscode.Uri | { source: string }) {
      requireTrust();
      const source =
        target && 'source' in target ? target.source : (configFile(target) ?? (await chooseDataSet(parts.dataSets)));
      if (source === undefined) return;
      parts.augmentPanels.show(source, { beside: vscode.window.activeTextEditor?.document.uri.fsPath === source });
    },
  };
}

function configFile(target: vscode.Uri | undefined): string | undefined {
  const file = (target ?? vscode.window.activeTextEditor?.document.uri)?.fsPath;
  return file !== undefined && (isConfig(file) || target !== undefined) ? file : undefined;
}
