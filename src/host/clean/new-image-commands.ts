import * as vscode from 'vscode';
import { imageExtensions } from '../classify/classify-command.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { commands } from '../ids.ts';
import type { Handlers } from '../register.ts';
import { requireTrust } from '../trust.ts';
import { chooseListed, sourceOf } from './clean-commands.ts';
import type { CleanPanels } from './clean-panels.ts';
import type { NewImages } from './new-images.ts';
import { addedText } from './new-images-answer.ts';

type Ids = typeof commands;

export interface NewImageParts {
  dataSets: DataSetStore;
  cleanPanels: CleanPanels;
  newImages: NewImages;
}

/** Brings images without a label into a data set: once, or as they come into a folder. */
export function newImageCommands({
  dataSets,
  cleanPanels,
  newImages,
}: NewImageParts): Handlers<Ids['addImages' | 'watchImages']> {
  return {
    async [commands.addImages](argument?: unknown) {
      requireTrust();
      const source =
        sourceOf(argument) ?? (await chooseListed(dataSets, vscode.l10n.t('Add images to which data set?')));
      if (!source) return;
      const places = await choose(vscode.l10n.t('Add to {0}', dataSetName(source)));
      if (places.length === 0) return;
      const { added, left } = await newImages.add(source, places);
      await cleanPanels.show({ source, view: 'unlabelled' });
      if (left.length === 0 && added.length > 0) return;
      void vscode.window.showInformationMessage(addedText(added.length, left));
    },
    async [commands.watchImages](argument?: unknown) {
      requireTrust();
      const question = vscode.l10n.t('Watch a folder for new images of which data set?');
      const source = sourceOf(argument) ?? (await chooseListed(dataSets, question));
      if (!source) return;
      const before = newImages.watched(source);
      if (before !== null) {
        const stop = vscode.l10n.t('Stop Watching');
        const text = vscode.l10n.t('Images that come into {0} are added to {1}.', before, dataSetName(source));
        if ((await vscode.window.showInformationMessage(text, stop)) === stop) newImages.unwatch(source);
        return;
      }
      const [folder] = await choose(vscode.l10n.t('Watch'), true);
      if (!folder) return;
      newImages.watch(source, folder);
      const text = vscode.l10n.t(
        'Images that come into {0} are added to {1} whenever this workspace is open.',
        folder,
        dataSetName(source),
      );
      const label = vscode.l10n.t('Label Them');
      if ((await vscode.window.showInformationMessage(text, label)) === label) {
        await cleanPanels.show({ source, view: 'unlabelled' });
      }
    },
  };
}

async function choose(openLabel: string, folders = false): Promise<string[]> {
  const home = vscode.workspace.workspaceFolders?.[0]?.uri;
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: !folders,
    canSelectFiles: !folders,
    canSelectFolders: true,
    openLabel,
    ...(folders ? {} : { filters: { [vscode.l10n.t('Images')]: [...imageExtensions] } }),
    ...(home ? { defaultUri: home } : {}),
  });
  return (chosen ?? []).map(({ fsPath }) => fsPath);
}
