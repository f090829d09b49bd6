import path from 'node:path';
import * as vscode from 'vscode';
import { Problem } from '../../problem.ts';
import type { DataReport } from '../../protocol/baseline.ts';
import { type FromBaselinePanel, isFromBaselinePanel, type ToBaselinePanel } from '../../protocol/baseline-panel.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { pictureUri } from '../evaluate/evaluate-panel.ts';
import { commands } from '../ids.ts';
import { panelIcon } from '../panels/panel-icon.ts';
import { WebviewPanelHost } from '../panels/webview-panel.ts';
import type { Thumbnails } from '../thumbnails.ts';
import type { ReportIndex } from './report-index.ts';

export interface BaselinePanelParts {
  extensionUri: vscode.Uri;
  thumbnails: Thumbnails;
  index: ReportIndex;
  onError: (error: unknown) => void;
}

/** What is to be expected of one data set: its baselines, comparisons of algorithms and planned first runs. */
export class BaselinePanel extends WebviewPanelHost<ToBaselinePanel, FromBaselinePanel> {
  readonly source: string;
  selected: string | null;
  private readonly parts: BaselinePanelParts;
  private busy: string | null = null;

  constructor(panel: vscode.WebviewPanel, source: string, selected: string | null, parts: BaselinePanelParts) {
    super(panel, parts.extensionUri, { name: 'baseline', title: dataSetName(source) });
    this.source = source;
    this.selected = selected;
    this.parts = parts;
    panel.title = vscode.l10n.t('What to Expect of {0}', dataSetName(source));
    panel.iconPath = panelIcon(parts.extensionUri);
    this.disposables.push(
      parts.index.onDidChange(() => this.sendAll()),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.sendList()),
    );
  }

  select(id: string): void {
    this.selected = id;
    this.sendAll();
  }

  protected isMessage(value: unknown): value is FromBaselinePanel {
    return isFromBaselinePanel(value);
  }

  protected onReady(): void {
    this.sendAll();
  }

  protected onMessage(message: FromBaselinePanel): void {
    this.answer(message).catch(this.parts.onError);
  }

  private async answer(message: FromBaselinePanel): Promise<void> {
    const { source } = this;
    switch (message.type) {
      case 'ready':
        return;
      case 'select':
        return this.select(message.id);
      case 'measure':
        return message.what === 'baseline'
          ? await this.run(vscode.l10n.t('Measuring a baseline'), commands.measureBaseline, { source })
          : await this.run(vscode.l10n.t('Comparing algorithms'), commands.whichAlgorithm, { source });
      case 'start': {
        const weights = message.id === null ? undefined : this.read(message.id)?.network?.weights;
        return await this.run(vscode.l10n.t('Planning a first run'), commands.startFromFolder, { source, weights });
      }
      case 'delete':
        return void (await vscode.commands.executeCommand(commands.deleteReport, { source, id: message.id }));
      case 'inspect':
        await vscode.commands.executeCommand(commands.inspectDataSet, {
          source,
          ...(message.path === null ? {} : { path: message.path }),
          ...(message.label === null ? {} : { kind: 'class', name: message.label }),
        });
        return;
      case 'openConfig':
        return void (await vscode.commands.executeCommand('vscode.open', this.configOf(message.id)));
      case 'train':
        return void (await vscode.commands.executeCommand(commands.trainConfig, this.configOf(message.id)));
      case 'openRun':
        return void (await vscode.commands.executeCommand(commands.openRun, message.folder));
    }
  }

  /** A command that measures something, which says what goes wrong by itself. */
  private async run(busy: string, command: string, target: object): Promise<void> {
    if (this.busy !== null) return;
    this.busy = busy;
    this.sendList();
    try {
      await vscode.commands.executeCommand(command, target);
    } finally {
      this.busy = null;
      this.sendAll();
    }
  }

  private configOf(id: string): vscode.Uri {
    const config = this.read(id)?.plan?.config;
    if (config) return vscode.Uri.file(config);
    throw new Problem(
      'no-config',
      vscode.l10n.t('This report planned no config.'),
      vscode.l10n.t('Use "Fine-Tune from Here".'),
    );
  }

  private sendAll(): void {
    this.sendList();
    if (this.selected !== null) this.sendReport(this.selected);
  }

  private sendList(): void {
    const { source, busy } = this;
    const reports = this.parts.index.of(source);
    if (!reports.some(({ id }) => id === this.selected)) this.selected = reports.at(-1)?.id ?? null;
    const { isTrusted: trusted } = vscode.workspace;
    this.send({ type: 'list', source, name: dataSetName(source), reports, selected: this.selected, busy, trusted });
  }

  private sendReport(id: string): void {
    try {
      const report = this.parts.index.read(id);
      if (this.send({ type: 'report', id, report, problem: null })) void this.sendPictures(report);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      this.send({ type: 'report', id, report: null, problem: `${error.message} ${error.advice}` });
    }
  }

  private async sendPictures({ id, root, baseline }: DataReport): Promise<void> {
    await Promise.all(
      (baseline?.confused ?? []).flatMap(({ examples }) =>
        examples.map(async ({ path: file, hash }) => {
          const picture = await this.parts.thumbnails.file({ path: path.resolve(root, file), hash });
          this.send({ type: 'pictures', id, pictures: [{ path: file, uri: picture && pictureUri(picture) }] });
        }),
      ),
    );
  }

  private read(id: string): DataReport | null {
    return this.parts.index.of(this.source).some((report) => report.id === id) ? this.parts.index.read(id) : null;
  }
}
