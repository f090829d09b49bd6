import path from 'node:path';
import * as vscode from 'vscode';
import { type Edit, editOf, subject } from '../../dataset/journal/edits.ts';
import { Problem } from '../../problem.ts';
import type { ImageDetail } from '../../protocol/catalogue.ts';
import { setContextKey } from '../context-keys.ts';
import { commands, contextKeys } from '../ids.ts';
import type { Handlers } from '../register.ts';
import { requireTrust } from '../trust.ts';
import { kindTitles } from './kind-titles.ts';
import type { KnownImages, PlaceOfImage } from './known-images.ts';
import type { LabelJournals } from './label-journals.ts';

type Ids = typeof commands;

interface Found extends PlaceOfImage {
  detail: ImageDetail;
}

/** What can be done about the label of one image, from its tab or the Explorer. */
export function imageCommands(
  images: KnownImages,
  journals: LabelJournals,
): Handlers<Ids['labelImage' | 'excludeImage' | 'restoreImage']> {
  const edit = (found: Found, label: string, make: (image: ReturnType<typeof subject>) => Edit) => {
    const journal = journals.of(found.source);
    const { row } = found.detail;
    const decision = journal.decisionsOf(found.source).of(row) ?? undefined;
    const action = journal.act(found.source, label, [make(subject(row, decision))]);
    if (!action?.written) return;
    const undo = vscode.l10n.t('Undo');
    void vscode.window.showInformationMessage(`${label}.`, undo).then((choice) => {
      if (choice !== undo) return;
      journal.undo(action);
      journal.save();
    });
  };
  const name = (found: Found) => path.posix.basename(found.path);
  return {
    async [commands.labelImage](argument?: unknown) {
      const found = await find(images, argument);
      const to = await chooseLabel(found, journals, await images.classesOf(found.source));
      if (to === undefined) return;
      const { label } = found.detail.row;
      if (to === label) edit(found, vscode.l10n.t('Label of {0} kept', name(found)), editOf.keep);
      else {
        edit(found, vscode.l10n.t('{0} relabelled {1}', name(found), to), (image) =>
          label === null ? editOf.label(image, to) : editOf.relabel(image, label, to),
        );
      }
    },
    async [commands.excludeImage](argument?: unknown) {
      const found = await find(images, argument);
      edit(found, vscode.l10n.t('{0} excluded from training', name(found)), editOf.exclude);
    },
    async [commands.restoreImage](argument?: unknown) {
      const found = await find(images, argument);
      edit(found, vscode.l10n.t('{0} restored', name(found)), editOf.restore);
    },
  };
}

/** @throws Problem where no image of a listed data set is meant */
async function find(images: KnownImages, argument: unknown): Promise<Found> {
  requireTrust();
  const file = argument instanceof vscode.Uri ? argument.fsPath : activeFile();
  const place = file === null ? null : images.placeOf(file);
  if (!place) {
    throw new Problem(
      'no-data-set',
      vscode.l10n.t('This image belongs to no data set of the list.'),
      vscode.l10n.t('Open its folder as a data set first.'),
    );
  }
  const detail = await images.detailOf(place);
  if (detail) return { ...place, detail };
  throw new Problem(
    'not-listed',
    vscode.l10n.t('{0} is no image of the data set.', place.path),
    vscode.l10n.t('Scan the data set if it is new.'),
  );
}

async function chooseLabel(
  { detail, source }: Found,
  journals: LabelJournals,
  classes: readonly { name: string; count: number }[],
): Promise<string | undefined> {
  const { row, findings } = detail;
  const now = journals.of(source).decisionsOf(source).editOf(row);
  const given = now?.label ?? row.label;
  const issues = findings.map(({ kind }) => kindTitles[kind]);
  const probable = new Map(detail.probabilities?.map(({ label, probability }) => [label, probability]) ?? []);
  const known = classes.map(({ name }) => name);
  const names = [...new Set([...known, ...probable.keys()])].sort(
    (a, b) => (probable.get(b) ?? 0) - (probable.get(a) ?? 0) || a.localeCompare(b),
  );
  const picks: vscode.QuickPickItem[] = names.map((label) => {
    const probability = probable.get(label);
    const words = [
      label === given ? vscode.l10n.t('its label now') : '',
      probability === undefined ? '' : vscode.l10n.t('{0} % by the model', Math.round(probability * 100)),
    ];
    return { label, description: words.filter(Boolean).join(' · ') };
  });
  const state = now?.deleted
    ? vscode.l10n.t('into the trash at apply')
    : now?.excluded
      ? vscode.l10n.t('excluded')
      : '';
  const title = [path.posix.basename(row.path), given ?? vscode.l10n.t('no label'), state, ...issues]
    .filter(Boolean)
    .join(' · ');
  const placeHolder = issues.length > 0 ? issues.join(', ') : vscode.l10n.t('No issue was found. Choose its class.');
  return (await vscode.window.showQuickPick(picks, { title, placeHolder, matchOnDescription: true }))?.label;
}

/** Of the tab in front, whatever shows it. */
function activeFile(): string | null {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const isFile = input instanceof vscode.TabInputCustom || input instanceof vscode.TabInputText;
  return isFile && input.uri.scheme === 'file' ? input.uri.fsPath : null;
}

/** Keeps the context key that shows the commands on an image's tab. */
export function followActiveImage(images: KnownImages, onDidList: vscode.Event<void>): vscode.Disposable {
  const update = () => {
    const file = activeFile();
    setContextKey(contextKeys.imageOfDataSet, file !== null && isImage(file) && images.placeOf(file) !== null);
  };
  update();
  return vscode.Disposable.from(
    vscode.window.tabGroups.onDidChangeTabs(update),
    vscode.window.tabGroups.onDidChangeTabGroups(update),
    onDidList(update),
  );
}

export function isImage(file: string): boolean {
  return /\.(jpe?g|png|webp|gif|tiff?|avif|bmp|svg)$/i.test(file);
}
