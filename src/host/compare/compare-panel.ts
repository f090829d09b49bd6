import path from 'node:path';
import * as vscode from 'vscode';
import { thumbnailFolder } from '../../files.ts';
import { loupeFolderOf, pinBaseline } from '../../jobs/compare/baseline.ts';
import { comparisonTable, toCsv, toMarkdown } from '../../jobs/compare/table.ts';
import { deleteView, readView, saveView, viewName } from '../../jobs/compare/views.ts';
import { editMeta, normalizeTags } from '../../jobs/meta.ts';
import { isActive } from '../../jobs/status.ts';
import type { ComparedRun, PairDetail, Verdict } from '../../protocol/compare.ts';
import {
  type CompareRunsMessage,
  type CompareScope,
  type CompareSettings,
  type FromComparePanel,
  isFromComparePanel,
  type ToComparePanel,
} from '../../protocol/compare-panel.ts';
import { commands } from '../ids.ts';
import { panelIcon } from '../panels/panel-icon.ts';
import { WebviewPanelHost } from '../panels/webview-panel.ts';
import type { LoupeProcesses } from '../process.ts';
import { Coalescer } from '../run-panel/coalesce.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { Thumbnails } from '../thumbnails.ts';
import { localFolders, loupeFolderIn, runsFolderOf } from '../workspace.ts';
import { CompareRuns, scopeTitle } from './compare-runs.ts';
import { CurveReader } from './curve-reader.ts';
import type { ForeignStore } from './foreign-store.ts';
import { saveFile } from './save-file.ts';
import { VerdictRunner } from './verdict-runner.ts';

/** At most two lists of runs a second, and curves of runs at work as often. */
const RUNS_MS = 500;
const CURVES_MS = 500;

export interface CompareParts {
  store: RunStore;
  foreign: ForeignStore;
  thumbnails: Thumbnails;
  processes: LoupeProcesses;
  /** Shows the run as selected in the tree. */
  reveal(run: string): void;
  onError(error: unknown): void;
}

/** The panel of one comparison: its runs are followed while it is open. */
export class ComparePanel extends WebviewPanelHost<ToComparePanel, FromComparePanel> {
  private readonly parts: CompareParts;
  private readonly runs: CompareRuns;
  private readonly curves: CurveReader;
  private readonly verdicts: VerdictRunner;
  private readonly coalescer = new Coalescer(RUNS_MS, () => this.sendRuns());
  private readonly timer: NodeJS.Timeout;
  private scope: CompareScope;
  private shown: CompareRunsMessage | null = null;
  private lastVerdicts: Verdict[] = [];
  private lastDetail: PairDetail | null = null;

  constructor(panel: vscode.WebviewPanel, extensionUri: vscode.Uri, scope: CompareScope, parts: CompareParts) {
    super(panel, extensionUri, {
      name: 'compare',
      title: vscode.l10n.t('Compare Runs'),
      pictureFolders: [thumbnailFolder()],
    });
    this.parts = parts;
    this.scope = scope;
    this.runs = new CompareRuns(parts.store, parts.foreign);
    this.curves = new CurveReader((id) => parts.foreign.get(id));
    this.verdicts = new VerdictRunner(parts.processes);
    this.timer = setInterval(() => this.followCurves(), CURVES_MS);
    panel.title = scopeTitle(scope);
    panel.iconPath = panelIcon(extensionUri);
    this.disposables.push(
      parts.store.onDidChange(() => this.coalescer.request()),
      parts.foreign.onDidChange(() => this.coalescer.request()),
    );
  }

  protected isMessage(value: unknown): value is FromComparePanel {
    return isFromComparePanel(value);
  }

  protected onReady(): void {
    this.curves.resend();
    this.verdicts.forget();
    void this.parts.foreign.read();
    this.parts.store.ready().then(() => this.sendRuns(), this.parts.onError);
  }

  protected onMessage(message: FromComparePanel): void {
    try {
      this.answer(message);
    } catch (error) {
      this.parts.onError(error);
    }
  }

  protected override onDispose(): void {
    clearInterval(this.timer);
    this.coalescer.dispose();
    this.verdicts.dispose();
  }

  private answer(message: FromComparePanel): void {
    switch (message.type) {
      case 'ready':
        break;
      case 'scope':
        this.setScope(message.scope);
        break;
      case 'pin':
        this.pin(message.run);
        break;
      case 'select':
        if (this.find(message.run)?.foreign === null) this.parts.reveal(message.run);
        break;
      case 'open':
        this.open(message.run);
        break;
      case 'edit':
        this.edit(message);
        break;
      case 'detail':
        this.sendDetail(message.a, message.b).catch(this.parts.onError);
        break;
      case 'pictures':
        void this.sendPictures(message.images);
        break;
      case 'openImage':
        this.openImage(message.path);
        break;
      case 'saveView':
        this.saveView(message.settings).catch(this.parts.onError);
        break;
      case 'openView':
        this.openView(message.name);
        break;
      case 'deleteView':
        for (const root of localFolders()) deleteView(loupeFolderIn(root), message.name);
        this.coalescer.request();
        break;
      case 'addForeign':
        void vscode.commands.executeCommand(commands.addForeignRuns);
        break;
      case 'export':
        this.export(message).catch(this.parts.onError);
        break;
    }
  }

  private setScope(scope: CompareScope): void {
    this.scope = scope;
    this.panel.title = scopeTitle(scope);
    this.sendRuns();
  }

  private sendRuns(): void {
    if (!this.visible) return;
    try {
      this.shown = this.runs.message(this.scope);
      if (!this.send(this.shown)) return;
      const { runs } = this.shown;
      void this.curves.update(runs, (curves, waiting) => this.send({ type: 'curves', curves, waiting }));
      this.askVerdicts(runs);
    } catch (error) {
      this.parts.onError(error);
    }
  }

  private askVerdicts(runs: readonly ComparedRun[]): void {
    const baseline = runs.find(({ id }) => id === this.shown?.baseline);
    const off = (message: string | null) => {
      this.lastVerdicts = [];
      this.send({ type: 'verdicts', state: 'off', verdicts: [], message });
    };
    if (!baseline || runs.filter(({ foreign }) => foreign === null).length < 2) off(null);
    else if (!vscode.workspace.isTrusted) off(vscode.l10n.t('Verdicts need a trusted workspace.'));
    else this.requestVerdicts(runs, baseline, off);
  }

  private requestVerdicts(
    runs: readonly ComparedRun[],
    baseline: ComparedRun,
    off: (message: string | null) => void,
  ): void {
    this.verdicts.request(
      runs,
      baseline,
      (verdicts) => {
        this.lastVerdicts = verdicts ?? this.lastVerdicts;
        const state = verdicts ? 'done' : 'working';
        this.send({ type: 'verdicts', state, verdicts: this.lastVerdicts, message: null });
      },
      off,
    );
  }

  private followCurves(): void {
    const atWork = this.shown?.runs.filter(({ state }) => isActive(state)) ?? [];
    if (!this.visible || !this.shown || atWork.length === 0) return;
    void this.curves.update(this.shown.runs, (curves, waiting) => {
      if (curves.length > 0) this.send({ type: 'curves', curves, waiting });
    });
  }

  private pin(id: string | null): void {
    const run = this.find(id ?? this.shown?.baseline ?? '');
    if (run?.foreign !== null) return;
    pinBaseline(loupeFolderOf(run.id), id === null ? null : path.basename(run.id));
    this.sendRuns();
  }

  private open(id: string): void {
    const run = this.find(id);
    if (!run) return;
    if (run.foreign === null) void vscode.commands.executeCommand(commands.openRun, run.id);
    else void vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(id.slice(0, id.lastIndexOf('#'))));
  }

  private edit({ run: id, tags, note }: Extract<FromComparePanel, { type: 'edit' }>): void {
    const run = this.find(id);
    if (run?.foreign !== null) return;
    editMeta(run.id, { ...(tags ? { tags: normalizeTags(tags) } : {}), ...(note === undefined ? {} : { note }) });
    this.parts.store.refresh();
  }

  private async sendDetail(a: string, b: string): Promise<void> {
    const [baseline, other] = [this.find(a), this.find(b)];
    if (baseline?.foreign !== null || other?.foreign !== null) return;
    try {
      const detail = await this.verdicts.detail(baseline, other);
      this.lastDetail = detail;
      const message = detail ? null : vscode.l10n.t('They have no predictions of the same images.');
      this.send({ type: 'detail', a, b, detail, message });
    } catch (error) {
      this.send({
        type: 'detail',
        a,
        b,
        detail: null,
        message: error instanceof Error ? error.message : String(error),
      });
    }
  }

  /** Only images that the page was told of. */
  private async sendPictures(images: readonly { path: string; hash: string }[]): Promise<void> {
    const told = new Map(
      [...(this.lastDetail?.won ?? []), ...(this.lastDetail?.lost ?? [])].map((image) => [image.hash, image]),
    );
    await Promise.all(
      images.map(async ({ hash }) => {
        const image = told.get(hash);
        if (!image) return;
        const file = await this.parts.thumbnails.file({ path: image.path, hash });
        const address = file === null ? null : this.panel.webview.asWebviewUri(vscode.Uri.file(file)).toString();
        this.send({ type: 'pictures', pictures: { [hash]: address } });
      }),
    );
  }

  private openImage(file: string): void {
    const told = [...(this.lastDetail?.won ?? []), ...(this.lastDetail?.lost ?? [])].some(
      (image) => image.path === file,
    );
    if (!told) return;
    // An image inside an IDX file has no editor; its file is shown where it lies.
    if (/#\d+$/.test(file)) {
      void vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(file.replace(/#\d+$/, '')));
    } else void vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), vscode.ViewColumn.Beside);
  }

  private async saveView(settings: CompareSettings): Promise<void> {
    const [root] = localFolders();
    if (!root) return;
    const typed = await vscode.window.showInputBox({
      title: vscode.l10n.t('Save View'),
      prompt: vscode.l10n.t('A name for these runs, columns and charts; kept in .loupe/views'),
      validateInput: (text) => (viewName(text) ? null : vscode.l10n.t('A name that can be a file’s name.')),
    });
    const name = typed === undefined ? null : viewName(typed);
    if (!name) return;
    const scope: CompareScope =
      this.scope.kind === 'chosen'
        ? { kind: 'chosen', runs: this.scope.runs.map((run) => path.basename(run)) }
        : this.scope;
    saveView(loupeFolderIn(root), { name, scope, settings });
    this.sendRuns();
  }

  private openView(name: string): void {
    for (const root of localFolders()) {
      const view = readView(loupeFolderIn(root), name);
      if (!view) continue;
      this.send({ type: 'view', name, settings: view.settings });
      this.setScope(
        view.scope.kind === 'chosen'
          ? { kind: 'chosen', runs: view.scope.runs.map((run) => path.join(runsFolderOf(root), path.basename(run))) }
          : view.scope,
      );
      return;
    }
  }

  private async export(message: Extract<FromComparePanel, { type: 'export' }>): Promise<void> {
    if (message.format === 'png') {
      await saveFile('comparison.png', Buffer.from(message.data, 'base64'));
      return;
    }
    const runs = message.runs.flatMap((id) => this.find(id) ?? []);
    const comparison = { runs, baseline: this.find(this.shown?.baseline ?? ''), verdicts: this.lastVerdicts };
    const text = message.format === 'csv' ? toCsv(comparisonTable(comparison)) : toMarkdown(comparison);
    await saveFile(`comparison.${message.format}`, Buffer.from(text, 'utf8'));
  }

  private find(id: string): ComparedRun | undefined {
    return this.shown?.runs.find((run) => run.id === id);
  }
}
