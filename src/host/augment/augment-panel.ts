import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { writeJson } from '../../files.ts';
import { parseConfig } from '../../jobs/config-file.ts';
import { Problem } from '../../problem.ts';
import {
  type FromAugmentPanel,
  isFromAugmentPanel,
  type SettingValues,
  type ToAugmentPanel,
} from '../../protocol/augment-panel.ts';
import { augmentPresets } from '../../training/config-augment-presets.ts';
import { configName, freeConfigFile } from '../configs/config-names.ts';
import { portableSource } from '../data-sets/list-file.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { configSuffix } from '../ids.ts';
import { panelIcon } from '../panels/panel-icon.ts';
import { WebviewPanelHost } from '../panels/webview-panel.ts';
import type { LoupeProcesses } from '../process.ts';
import { pickRun } from '../runs/pick-run.ts';
import type { RunStore } from '../runs/run-store.ts';
import { requireTrust } from '../trust.ts';
import { workspaceFolderFor } from '../workspace.ts';
import { changedSections, defaultValues, sectionsOf, settingGroups, valuesOf } from './controls.ts';
import { editFor, inverseOf, type TextEdit } from './edit-config.ts';
import { LabelCheck } from './label-check.ts';
import { PreviewProcess } from './preview-process.ts';

export interface AugmentPanelParts {
  extensionUri: vscode.Uri;
  processes: LoupeProcesses;
  store: RunStore;
  schemaFile: string;
  onError: (error: unknown) => void;
  showLog: () => void;
}

/** The preview of one config's, or one data set's, augmentation and input. */
export class AugmentPanel extends WebviewPanelHost<ToAugmentPanel, FromAugmentPanel> {
  /** `*.loupe.json` or data source, absolute; a data set's panel goes on with the config that was made of it. */
  target: string;
  private readonly parts: AugmentPanelParts;
  private process: PreviewProcess | null = null;
  private check: LabelCheck | null = null;
  private values: SettingValues = defaultValues;
  /** What takes the last write back, as long as nothing else has changed the config since. */
  private written: { version: number; inverse: TextEdit } | null = null;

  constructor(panel: vscode.WebviewPanel, target: string, parts: AugmentPanelParts) {
    super(panel, parts.extensionUri, { name: 'augment', title: nameOf(target) });
    this.target = target;
    this.parts = parts;
    panel.title = vscode.l10n.t('Augmentation: {0}', nameOf(target));
    panel.iconPath = panelIcon(parts.extensionUri);
    this.disposables.push(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.fsPath === this.target) void this.configChanged(document.getText());
      }),
    );
  }

  protected isMessage(value: unknown): value is FromAugmentPanel {
    return isFromAugmentPanel(value);
  }

  protected onReady(): void {
    this.handle(this.setUp());
  }

  protected onMessage(message: FromAugmentPanel): void {
    switch (message.type) {
      case 'ready':
        break;
      case 'render': {
        const { images, draws, roll } = message;
        this.preview().request({ ...toRequest(message.values), images, draws, roll });
        break;
      }
      case 'apply':
        this.handle(this.apply(message.values));
        break;
      case 'undo':
        this.handle(this.undo());
        break;
      case 'copy':
        this.handle(copy(message.values));
        break;
      case 'check':
        this.handle(this.checkLabels(message.values));
        break;
      case 'cancelCheck':
        this.check?.cancel();
        break;
      case 'openConfig':
        this.handle(
          vscode.window.showTextDocument(vscode.Uri.file(this.target), { viewColumn: vscode.ViewColumn.Beside }),
        );
        break;
      case 'restart':
        this.stop();
        this.onReady();
        break;
      case 'showLog':
        this.parts.showLog();
    }
  }

  protected override onDispose(): void {
    this.stop();
    this.check?.cancel();
  }

  private handle(work: Thenable<unknown>): void {
    Promise.resolve(work).catch(this.parts.onError);
  }

  private async setUp(): Promise<void> {
    const schema: unknown = JSON.parse(fs.readFileSync(this.parts.schemaFile, 'utf8'));
    if (isConfig(this.target)) {
      const document = await vscode.workspace.openTextDocument(vscode.Uri.file(this.target));
      this.values = await this.read(document.getText());
    }
    this.send({
      type: 'setup',
      name: nameOf(this.target),
      configFile: this.configFile,
      target: this.target,
      groups: settingGroups(schema),
      defaults: defaultValues,
      presets: augmentPresets.map(({ name, description, augment }) => ({
        name,
        description,
        values: Object.fromEntries(
          Object.entries(valuesOf({ ...sectionsOf({}), augment })).filter(([at]) => at.startsWith('augment.')),
        ),
      })),
      values: this.values,
      canCheck: this.parts.store.all().some(({ hasModel }) => hasModel),
    });
    if (this.check?.last) this.send(this.check.last);
  }

  private get configFile(): string | null {
    return isConfig(this.target) ? path.basename(this.target) : null;
  }

  private async read(text: string): Promise<SettingValues> {
    return valuesOf(await parseConfig(text, path.basename(this.target), this.parts.schemaFile));
  }

  /** What the user types beside the panel is drawn as soon as it is valid. */
  private async configChanged(text: string): Promise<void> {
    try {
      this.values = await this.read(text);
    } catch {
      return;
    }
    this.sendValues();
  }

  private sendValues(): void {
    const document = vscode.workspace.textDocuments.find(({ uri }) => uri.fsPath === this.target);
    const canUndo = this.written !== null && document?.version === this.written.version;
    this.send({ type: 'values', values: this.values, configFile: this.configFile, canUndo });
  }

  private preview(): PreviewProcess {
    requireTrust();
    this.process ??= new PreviewProcess(this.parts.processes, this.target, {
      answered: (answer) => this.send({ type: 'preview', answer }),
      failed: ({ message, advice }, alive) => {
        if (!alive) this.process = null;
        this.send({ type: 'failed', message, advice, canRestart: !alive });
      },
    });
    return this.process;
  }

  private stop(): void {
    this.process?.dispose();
    this.process = null;
  }

  private async apply(values: SettingValues): Promise<void> {
    if (!isConfig(this.target)) return await this.createConfig(values);
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(this.target));
    const edit = await editFor(document.getText(), path.basename(this.target), values, this.parts.schemaFile);
    if (!edit) return;
    const inverse = inverseOf(document.getText(), edit);
    await replace(document, edit);
    this.written = { version: document.version, inverse };
    await this.configChanged(document.getText());
    if (!isShown(document)) {
      await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
    }
  }

  /** The editor's own Undo reaches the config only from its editor: in the panel it belongs to the panel's text fields. */
  private async undo(): Promise<void> {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(this.target));
    const { written } = this;
    this.written = null;
    if (written?.version === document.version) await replace(document, written.inverse);
    await this.configChanged(document.getText());
  }

  /** A data set's settings become a config beside the data, which the panel then belongs to. */
  private async createConfig(values: SettingValues): Promise<void> {
    const folder = workspaceFolderFor(this.target);
    const file = freeConfigFile(folder, dataSetName(this.target));
    const source = portableSource(folder, this.target);
    writeJson(file, { name: configName(file), data: { source }, ...changedSections(values) });
    this.target = file;
    this.panel.title = vscode.l10n.t('Augmentation: {0}', nameOf(file));
    this.values = await this.read(fs.readFileSync(file, 'utf8'));
    this.sendValues();
    await vscode.window.showTextDocument(vscode.Uri.file(file), {
      viewColumn: vscode.ViewColumn.Beside,
      preserveFocus: true,
      preview: false,
    });
  }

  private async checkLabels(values: SettingValues): Promise<void> {
    requireTrust();
    const runs = this.parts.store.all().filter(({ hasModel }) => hasModel);
    const run = await pickRun(runs, vscode.l10n.t('Ask which run’s model?'));
    if (!run) {
      this.send({ type: 'safety', report: null, model: '', values });
      return;
    }
    this.check?.cancel();
    this.check = new LabelCheck(this.parts.processes, (message) => this.send(message));
    await this.check.run(this.target, { folder: run.folder, name: run.name }, values);
  }
}

function toRequest(values: SettingValues): { augment: Record<string, unknown>; input: Record<string, unknown> } {
  const { augment, input } = sectionsOf(values);
  return { augment: { ...augment }, input: { ...input } };
}

async function copy(values: SettingValues): Promise<void> {
  await vscode.env.clipboard.writeText(JSON.stringify(changedSections(values), null, 2));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied the settings that differ from the defaults.'), 3000);
}

export function isConfig(target: string): boolean {
  return target.endsWith(configSuffix);
}

function nameOf(target: string): string {
  return isConfig(target) ? configName(target) : dataSetName(target);
}

/**
 * One edit of an open document, for its own Undo; what was saved is saved again.
 * @throws Problem `not-edited`
 */
async function replace(document: vscode.TextDocument, { start, end, text }: TextEdit): Promise<void> {
  const wasSaved = !document.isDirty;
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, new vscode.Range(document.positionAt(start), document.positionAt(end)), text);
  if (!(await vscode.workspace.applyEdit(change))) {
    const message = vscode.l10n.t("{0} can't be edited.", path.basename(document.fileName));
    throw new Problem('not-edited', message, vscode.l10n.t('Check that it is not read-only.'));
  }
  if (wasSaved) await document.save();
}

function isShown(document: vscode.TextDocument): boolean {
  return vscode.window.visibleTextEditors.some((editor) => editor.document === document);
}
