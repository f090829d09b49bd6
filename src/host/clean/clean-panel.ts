import path from 'node:path';
import * as vscode from 'vscode';
import { editOf, subject } from '../../dataset/journal/edits.ts';
import { Problem } from '../../problem.ts';
import type { CatalogueRow, IssueRow, Overview } from '../../protocol/catalogue.ts';
import type { CleanKeyAct } from '../../protocol/clean-keys.ts';
import {
  type CleanAct,
  type CleanList,
  type FromCleanPanel,
  isFromCleanPanel,
  type PictureSide,
  type ToCleanPanel,
} from '../../protocol/clean-panel.ts';
import { findingKinds } from '../../protocol/findings.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { pictureUri } from '../evaluate/evaluate-panel.ts';
import { commands } from '../ids.ts';
import type { CatalogueProcess } from '../inspect/catalogue-process.ts';
import type { Catalogues } from '../inspect/catalogues.ts';
import { WebviewPanelHost } from '../panels/webview-panel.ts';
import type { PayoffIndex } from '../payoff/payoff-index.ts';
import { payoffFigure, payoffMessage } from '../payoff/payoff-text.ts';
import type { Thumbnails } from '../thumbnails.ts';
import { actDone, actLabel } from './act-text.ts';
import { editsFor } from './actions.ts';
import type { LabelApply } from './apply.ts';
import type { CleanTarget } from './clean-panels.ts';
import { withContentHashes } from './content-hash.ts';
import { decidedOf } from './decided.ts';
import { evidenceText } from './evidence-text.ts';
import { historyEntries, linesOfEntry } from './history.ts';
import { IssueList } from './issue-list.ts';
import type { IssueSearch } from './issue-search.ts';
import { groupOf } from './kinds.ts';
import type { LabelJournal } from './label-journals.ts';
import type { NewImages } from './new-images.ts';
import { unlabelledRow } from './new-images-answer.ts';

const NEIGHBOURS = 6;
/** Milliseconds after an edit until the counts and the estimate follow it. */
const REFRESH_MS = 300;

export interface CleanPanelParts {
  extensionUri: vscode.Uri;
  catalogues: Catalogues;
  dataSets: DataSetStore;
  thumbnails: Thumbnails;
  search: IssueSearch;
  apply: LabelApply;
  newImages: NewImages;
  payoffs: PayoffIndex;
  onError: (error: unknown) => void;
}

type Asked<Type extends FromCleanPanel['type']> = Extract<FromCleanPanel, { type: Type }>;

/** The cleaning panel of one journal: candidates of one data set at a time, and what the user decides about them. */
export class CleanPanel extends WebviewPanelHost<ToCleanPanel, FromCleanPanel> {
  private readonly journal: LabelJournal;
  private readonly parts: CleanPanelParts;
  private source: string | null = null;
  private target: CleanTarget | null = null;
  /** What the user was shown that applying would change. */
  private plan: { source: string; hash: string } | null = null;
  private catalogue: CatalogueProcess | null = null;
  private following: vscode.Disposable[] = [];
  private list: { key: string; rows: IssueList } | null = null;
  /** What the page was last told of a row, so that only changes are sent. */
  private readonly told = new Map<string, string>();
  /** The same of new images, by path. */
  private readonly toldLabels = new Map<string, { hash: string; label: string | null }>();
  private lastCounts: Asked<'counts'> | null = null;
  private lastSummary: Asked<'summary'> | null = null;
  private refreshing: NodeJS.Timeout | undefined;
  private readonly focusMoved = new vscode.EventEmitter<void>();
  readonly onDidMoveFocus = this.focusMoved.event;
  private hasFocus = false;
  private revision: string | null = null;

  constructor(panel: vscode.WebviewPanel, journal: LabelJournal, parts: CleanPanelParts) {
    super(panel, parts.extensionUri, { name: 'clean', title: vscode.l10n.t('Clean labels') });
    this.journal = journal;
    this.parts = parts;
    this.disposables.push(
      this.focusMoved,
      panel.onDidChangeViewState(() => !panel.active && this.moveFocus(false)),
      journal.onDidChange(() => this.edited()),
      parts.dataSets.onDidList(() => this.sendSetup()),
      parts.newImages.onDidChange((source) => this.imagesCame(source)),
      parts.apply.onDidUndo(({ source, outcome }) => source === this.source && this.send({ type: 'undone', outcome })),
      parts.apply.onDidApply((source) => parts.newImages.forget(source)),
      parts.payoffs.onDidChange(() => this.sendPayoff()),
      parts.search.onDidChange((source) => source === this.source && this.sendSearch()),
    );
  }

  /** The page has the keyboard. */
  get focused(): boolean {
    return this.hasFocus;
  }

  shows(source: string): boolean {
    return source === this.source;
  }

  /** What a key of VS Code or its palette asks for, of the row that the page shows as the active one. */
  command(act: CleanKeyAct, alike: boolean): void {
    this.send({ type: 'command', act, alike });
  }

  /** Shows a data set of the journal's workspace, and there what is asked for. */
  show(target: CleanTarget): void {
    this.choose(target.source);
    this.target = target;
    this.sendTarget();
  }

  private choose(source: string): void {
    if (source === this.source) return;
    this.leave();
    this.source = source;
    this.catalogue = this.parts.catalogues.of(source);
    this.following = [this.catalogue.hold(), this.catalogue.onDidChange(() => this.sendState())].map(
      (one) => new vscode.Disposable(() => one.dispose()),
    );
    this.sendSetup();
    this.sendState();
    this.sendSearch();
    this.sendPayoff();
    this.open();
  }

  /** What the panel was opened for, once the page is there to hear it. */
  private sendTarget(): void {
    const { target } = this;
    if (!target) return;
    const { kind, text = '', view } = target;
    const sent =
      view !== undefined
        ? this.send({ type: 'view', view })
        : kind === undefined || this.send({ type: 'focus', kind, text });
    if (sent) this.target = null;
  }

  protected isMessage(value: unknown): value is FromCleanPanel {
    return isFromCleanPanel(value);
  }

  protected onReady(): void {
    this.told.clear();
    this.revision = null;
    this.sendSetup();
    this.sendState();
    this.sendSearch();
    this.sendPayoff();
    this.sendTarget();
    if (this.source) this.open();
  }

  protected onMessage(message: FromCleanPanel): void {
    this.answer(message).catch(this.parts.onError);
  }

  protected override onDispose(): void {
    clearTimeout(this.refreshing);
    this.moveFocus(false);
    this.leave();
  }

  private moveFocus(focused: boolean): void {
    if (focused === this.hasFocus) return;
    this.hasFocus = focused;
    this.focusMoved.fire();
  }

  private async answer(message: FromCleanPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        return;
      case 'dataSet':
        return this.choose(message.source);
      case 'counts':
        this.lastCounts = message;
        return await this.sendCounts();
      case 'rows':
        return await this.sendRows(message);
      case 'summary':
        this.lastSummary = message;
        return await this.sendSummary();
      case 'neighbours':
        return await this.sendNeighbours(message);
      case 'pictures':
        await Promise.all(message.images.map((image) => this.sendPicture(image, message.side)));
        return;
      case 'decide':
        return this.decide(message);
      case 'decideAlike':
        return await this.decideAlike(message);
      case 'unlabelled':
        return await this.sendUnlabelled(message);
      case 'label':
        return this.label(message);
      case 'addImages':
        await vscode.commands.executeCommand(commands.addImages, { source: this.source });
        return;
      case 'history':
        return this.sendHistory(message);
      case 'revert':
        return this.revert(message.id);
      case 'open':
        await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(this.fileOf(message.path)), {
          preview: true,
          viewColumn: vscode.ViewColumn.Beside,
        });
        return;
      case 'inspect':
        await vscode.commands.executeCommand(commands.inspectDataSet, { source: this.source, query: message.query });
        return;
      case 'focus':
        return this.moveFocus(message.focused);
      case 'changeKeys':
        await vscode.commands.executeCommand('workbench.action.openGlobalKeybindings', 'loupe.clean');
        return;
      case 'retry':
        this.catalogue?.restart();
        return this.open();
      case 'openDataSet':
      case 'getWeights':
        await vscode.commands.executeCommand(commands[message.type]);
        return;
      case 'undo':
      case 'redo':
        await vscode.commands.executeCommand(message.type);
        return;
      case 'save':
        await vscode.commands.executeCommand('workbench.action.files.save');
        return;
      case 'find':
        return await this.find();
      case 'cancelFind':
        if (this.source) this.parts.search.cancel(this.source);
        return;
      case 'plan':
        return await this.sendPlan();
      case 'apply':
        return await this.applyNow();
      case 'copy':
      case 'manifest':
        if (this.source) await this.parts.apply[message.type](this.source);
        return;
      case 'undoApply':
        await vscode.commands.executeCommand(commands.undoApply, { source: this.source, id: message.id });
        return;
      case 'train':
        await vscode.commands.executeCommand(commands.trainDataSet, { source: this.source });
        return;
      case 'payoff':
        await vscode.commands.executeCommand(commands.measurePayoff, { source: this.source });
        return;
      case 'showPayoff':
        await vscode.commands.executeCommand(commands.showPayoff, { source: this.source });
        return;
    }
  }

  /** The catalogue scans anew, and the page asks for everything again. */
  private imagesCame(source: string): void {
    if (source !== this.source) return;
    this.catalogue?.restart();
    this.revision = null;
    this.open();
  }

  /** Asks the catalogue for its overview, which starts it where need be. */
  private open(): void {
    this.refresh().catch((error: unknown) => this.failed(error));
  }

  private leave(): void {
    for (const one of this.following.splice(0)) one.dispose();
    this.list = null;
    this.told.clear();
    this.toldLabels.clear();
    this.revision = null;
    this.catalogue = null;
    this.source = null;
  }

  private sendSetup(): void {
    const listed = this.parts.dataSets.all().filter(({ root }) => root === this.journal.workspace);
    const dataSets = listed.map(({ source }) => ({ source, name: dataSetName(source) }));
    if (this.source && !dataSets.some(({ source }) => source === this.source)) {
      dataSets.unshift({ source: this.source, name: dataSetName(this.source) });
    }
    this.send({ type: 'setup', dataSets, source: this.source, trusted: vscode.workspace.isTrusted });
  }

  private sendState(): void {
    const state = this.catalogue?.state;
    if (!state) return;
    if (state.kind === 'failed') {
      this.failed(state.problem);
    } else if (state.kind === 'ready') {
      this.send({ type: 'state', state: 'ready', message: '', advice: '', share: null });
    } else {
      const progress = state.kind === 'starting' ? state.progress : null;
      const share = progress?.total ? progress.done / progress.total : null;
      const message = progress?.what ?? vscode.l10n.t('Looking through the data set…');
      this.send({ type: 'state', state: 'starting', message, advice: '', share });
    }
  }

  private failed(error: unknown): void {
    const { message, advice } = error instanceof Problem ? error : { message: String(error), advice: '' };
    this.send({ type: 'state', state: 'failed', message, advice, share: null });
  }

  private sendSearch(): void {
    const progress = this.source ? this.parts.search.progressOf(this.source) : null;
    this.send({ type: 'searching', text: progress?.text ?? null, share: progress?.share ?? null });
  }

  private sendPayoff(): void {
    const report = this.source === null ? undefined : this.parts.payoffs.newest(this.source);
    const payoff = report ? { figure: payoffFigure(report), text: payoffMessage(report, vscode.l10n.t) } : null;
    this.send({ type: 'payoff', payoff });
  }

  /** Tells the catalogue what is not saved, and the page what that changes. */
  private async refresh(): Promise<void> {
    const { catalogue, source } = this;
    if (!catalogue || !source) return;
    const name = this.journal.nameOf(source);
    const pending = this.journal.edits.pending().filter(({ data }) => data === name);
    const overview = await catalogue.ask<'refresh'>({ type: 'refresh', pending });
    if (catalogue !== this.catalogue) return;
    this.sendOverview(overview, source);
    this.list?.rows.changed();
    if (overview.revision !== this.revision) {
      this.revision = overview.revision;
      this.list = null;
      this.told.clear();
      this.send({ type: 'reload' });
      return;
    }
    await Promise.all([this.sendCounts(), this.sendSummary()]);
  }

  private sendOverview(overview: Overview, source: string): void {
    const labelled = overview.classes.reduce((sum, { count }) => sum + count, 0);
    this.send({
      type: 'overview',
      source,
      images: overview.images,
      classes: overview.classes.map(({ name, count }) => ({ name, count })),
      unlabelled: Math.max(0, overview.images - labelled),
      searched: wasSearched(overview),
      labels: overview.labels?.how ?? null,
      edits: this.editCounts(),
      style: overview.style,
    });
  }

  private editCounts(): { pending: number; total: number } {
    const total = this.source ? this.journal.decisionsOf(this.source).all.length : 0;
    return { pending: this.journal.edits.pending().length, total };
  }

  private async sendCounts(): Promise<void> {
    const asked = this.lastCounts;
    if (!this.catalogue || !asked) return;
    const counts = await this.catalogue.ask<'issueCounts'>({ type: 'issueCounts', thresholds: asked.thresholds });
    if (asked === this.lastCounts) this.send({ type: 'counts', counts });
  }

  private async sendSummary(): Promise<void> {
    const asked = this.lastSummary;
    if (!this.catalogue || !asked) return;
    const { mode, score, budget } = asked;
    const summary = await this.catalogue.ask<'labelSummary'>({ type: 'labelSummary', mode, score, budget });
    if (asked === this.lastSummary) this.send({ type: 'summary', summary });
  }

  private listOf(which: CleanList): IssueList {
    const key = JSON.stringify(which);
    if (this.list?.key === key) return this.list.rows;
    const { catalogue } = this;
    const { kind, mode, score, thresholds, text, undecidedOnly } = which;
    const query = { text };
    const rows = new IssueList(
      async (offset, limit) =>
        (await catalogue?.ask<'issues'>({ type: 'issues', kind, mode, score, thresholds, query, offset, limit })) ?? {
          total: 0,
          rows: [],
        },
      undecidedOnly ? (row) => this.decided(row) === null : null,
    );
    this.list = { key, rows };
    this.told.clear();
    return rows;
  }

  private async sendRows({ list, which, offset, limit }: Asked<'rows'>): Promise<void> {
    const { total, complete, rows } = await this.listOf(which).page(offset, Math.min(limit, 200));
    const shown = rows.map((row) => {
      const { edits, decided } = this.toldOf(row);
      const images = row.images.map((image, i) => ({ ...image, edit: edits[i] ?? null }));
      return { ...row, images, why: evidenceText(row), decided };
    });
    this.send({ type: 'rows', list, offset, total, complete, rows: shown });
  }

  private decided(row: IssueRow) {
    return this.source ? decidedOf(row, this.journal.decisionsOf(this.source)) : null;
  }

  /** What the page is told of a row, remembered. */
  private toldOf(row: IssueRow) {
    const decisions = this.source ? this.journal.decisionsOf(this.source) : null;
    const edits = row.images.map((image) => decisions?.editOf(image) ?? null);
    const told = { key: row.key, edits, decided: this.decided(row) };
    this.told.set(row.key, JSON.stringify(told));
    return told;
  }

  /** An edit was made, undone or saved, here or elsewhere. */
  private edited(): void {
    const rows = [...(this.list?.rows.shown() ?? [])].flatMap((row) => {
      const before = this.told.get(row.key);
      const told = this.toldOf(row);
      return before === JSON.stringify(told) ? [] : [told];
    });
    if (rows.length > 0) this.send({ type: 'decided', rows });
    this.sendLabelled();
    this.send({ type: 'edits', ...this.editCounts() });
    clearTimeout(this.refreshing);
    this.refreshing = setTimeout(() => this.refresh().catch((error: unknown) => this.failed(error)), REFRESH_MS);
  }

  private decide({ rows, act }: Asked<'decide'>): void {
    const found = rows.flatMap(({ key, at }) => {
      const row = this.list?.rows.get(key);
      return row ? [{ row, at }] : [];
    });
    this.carryOut(act, found);
  }

  private async decideAlike({ key, act }: Asked<'decideAlike'>): Promise<void> {
    const list = this.list?.rows;
    const row = list?.get(key);
    if (!list || !row) return;
    const rows = (await list.alike(row)).filter((other) => this.decided(other) === null);
    this.carryOut(
      act,
      rows.map((other) => ({ row: other, at: 0 })),
    );
  }

  private carryOut(act: CleanAct, rows: readonly { row: IssueRow; at: number }[]): void {
    const { source } = this;
    if (!source) return;
    const decisions = this.journal.decisionsOf(source);
    const root = this.catalogue?.overview?.root ?? source;
    const edits = rows.flatMap(({ row, at }) => editsFor(act, withContentHashes(row, root), at, decisions));
    if (!this.journal.act(source, actLabel(act, rows.length), edits)) return;
    this.send({ type: 'said', text: actDone(act, rows.length), tone: 'quiet' });
  }

  private async sendUnlabelled({ list, offset, limit }: Asked<'unlabelled'>): Promise<void> {
    const { source } = this;
    if (!source) return;
    const images = await this.parts.newImages.of(source);
    if (source !== this.source) return;
    const decisions = this.journal.decisionsOf(source);
    const rows = images
      .slice(offset, offset + limit)
      .map((image) => unlabelledRow(image, decisions.editOf(image.row)?.label ?? null));
    for (const { image, label } of rows) this.toldLabels.set(image.path, { hash: image.hash, label });
    this.send({ type: 'unlabelled', list, offset, total: images.length, rows });
  }

  private label({ images, to }: Asked<'label'>): void {
    if (!this.source) return;
    const decisions = this.journal.decisionsOf(this.source);
    const edits = images.map((image) => editOf.label(subject(image, decisions.of(image) ?? undefined), to));
    this.journal.act(this.source, vscode.l10n.t('Label {0}', to), edits);
  }

  /** Labels of new images that were given or taken back, here or elsewhere. */
  private sendLabelled(): void {
    if (!this.source) return;
    const decisions = this.journal.decisionsOf(this.source);
    const images = [...this.toldLabels].flatMap(([name, told]) => {
      const label = decisions.editOf({ path: name, hash: told.hash })?.label ?? null;
      if (label === told.label) return [];
      this.toldLabels.set(name, { hash: told.hash, label });
      return [{ path: name, hash: told.hash, label }];
    });
    if (images.length > 0) this.send({ type: 'labelled', images });
  }

  private async sendNeighbours({ key, id }: Asked<'neighbours'>): Promise<void> {
    const answer = await this.catalogue?.ask<'neighbours'>({ type: 'neighbours', id, count: NEIGHBOURS });
    if (!answer) return;
    this.send({
      type: 'neighbours',
      key,
      neighbours: answer.neighbours.map(({ row, similarity }) => ({ row: this.now(row), similarity })),
    });
  }

  /** A row of the catalogue with what the journal says now. */
  private now(row: CatalogueRow): CatalogueRow {
    return { ...row, edit: this.source ? this.journal.decisionsOf(this.source).editOf(row) : null };
  }

  private async sendPicture(image: { path: string; hash: string }, side: PictureSide): Promise<void> {
    const file = await this.parts.thumbnails.file({
      path: this.fileOf(image.path),
      side,
      ...(image.hash && { hash: image.hash }),
    });
    this.send({ type: 'pictures', pictures: [{ ...image, uri: file ? pictureUri(file) : null }], side });
  }

  /** Absolute. @param relative to the data set's root */
  private fileOf(relative: string): string {
    return path.join(this.catalogue?.overview?.root ?? this.source ?? '', relative);
  }

  private sendHistory({ offset, limit }: Asked<'history'>): void {
    if (!this.source) return;
    const pending = new Set(this.journal.edits.pending().map(({ id }) => id));
    const all = historyEntries(this.journal.edits.lines, this.journal.nameOf(this.source), pending);
    this.send({ type: 'history', entries: all.slice(offset, offset + limit), total: all.length });
  }

  private revert(id: string): void {
    if (!this.source) return;
    const lines = linesOfEntry(this.journal.edits.lines, id);
    const label = vscode.l10n.t('Take back an earlier edit');
    this.journal.act(
      this.source,
      label,
      lines.map((line) => editOf.undo(line)),
    );
  }

  private async sendPlan(): Promise<void> {
    const { source } = this;
    if (!source) return;
    try {
      const plan = await this.parts.apply.read(source);
      this.plan = { source, hash: plan.hash };
      if (source === this.source) this.send({ type: 'plan', plan, message: '', advice: '' });
    } catch (error) {
      const { message, advice } = error instanceof Problem ? error : { message: String(error), advice: '' };
      this.send({ type: 'plan', plan: null, message, advice });
    }
  }

  private async applyNow(): Promise<void> {
    const { source, plan } = this;
    if (!source || plan?.source !== source) return;
    try {
      const outcome = await this.parts.apply.run(source, plan.hash);
      if (outcome && source === this.source) this.send({ type: 'applied', outcome });
    } catch (error) {
      const { message, advice } = error instanceof Problem ? error : { message: String(error), advice: '' };
      this.send({ type: 'plan', plan: null, message, advice });
    }
    if (source !== this.source) return;
    this.revision = null;
    this.open();
  }

  private async find(): Promise<void> {
    const { source } = this;
    if (!source) return;
    const isDone = await this.parts.search.find(source);
    if (!isDone || source !== this.source) return;
    this.revision = null;
    this.open();
  }
}

/** Pictures are measured without a search; what else is known was found by one. */
function wasSearched({ labels, embedded, issues }: Overview): boolean {
  const kinds = findingKinds.filter((kind) => issues[kind]);
  return labels !== null || embedded !== null || kinds.some((kind) => groupOf(kind) === 'copies');
}
