import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { cacheRoot } from '../../files.ts';
import { Problem } from '../../problem.ts';
import type { CatalogueAnswer, Overview } from '../../protocol/catalogue.ts';
import {
  type FromInspectPanel,
  type InspectRequest,
  type InspectState,
  isFromInspectPanel,
  type ToInspectPanel,
} from '../../protocol/inspect-panel.ts';
import type { IssueSearch } from '../clean/issue-search.ts';
import { dataSetName } from '../data-sets/propose.ts';
import { panelIcon } from '../panels/panel-icon.ts';
import { WebviewPanelHost } from '../panels/webview-panel.ts';
import type { LoupeProcesses } from '../process.ts';
import { Coalescer } from '../run-panel/coalesce.ts';
import type { RunStore } from '../runs/run-store.ts';
import type { Thumbnails } from '../thumbnails.ts';
import { requireTrust } from '../trust.ts';
import type { CatalogueProcess } from './catalogue-process.ts';
import type { Catalogues } from './catalogues.ts';
import { MapComputation } from './map-computation.ts';
import { ModelOpinions } from './model-opinions.ts';
import { PictureQueue } from './picture-queue.ts';
import { RowMemory } from './row-memory.ts';

/** At most so many states a second, however fast a scan goes. */
const STATE_MS = 150;
/** What browsers draw; other formats are shown as the pictures that we make. */
const drawable = /\.(jpe?g|png|webp|gif|avif|bmp|svg)$/i;
const LARGEST_PICTURE = 256;

export interface InspectPanelParts {
  extensionUri: vscode.Uri;
  catalogues: Catalogues;
  processes: LoupeProcesses;
  thumbnails: Thumbnails;
  store: RunStore;
  search: IssueSearch;
  /** Whether the user opened it in this workspace. */
  isDataSet(source: string): boolean;
  onError(error: unknown): void;
  showLog(): void;
}

/** One data set to look at: the page asks the catalogue through this, and gets pictures. */
export class InspectPanel extends WebviewPanelHost<ToInspectPanel, FromInspectPanel> {
  readonly source: string;
  private readonly parts: InspectPanelParts;
  private readonly catalogue: CatalogueProcess;
  private readonly rows: RowMemory;
  private readonly pictures: PictureQueue;
  private readonly opinions: ModelOpinions;
  private readonly map: MapComputation;
  private readonly coalescer = new Coalescer(STATE_MS, () => this.sendState());
  private revision: string | null = null;
  private wanted: { query: string | null; path: string | null } | null = null;

  constructor(panel: vscode.WebviewPanel, source: string, parts: InspectPanelParts) {
    super(panel, parts.extensionUri, {
      name: 'inspect',
      title: dataSetName(source),
      pictureFolders: [cacheRoot(), folderOf(source)],
    });
    this.source = source;
    this.parts = parts;
    this.catalogue = parts.catalogues.of(source);
    this.rows = new RowMemory(async (ids) => {
      const query = { text: '', ids };
      const { rows } = await this.catalogue.ask({ type: 'page', query, offset: 0, limit: ids.length });
      return rows;
    });
    this.pictures = new PictureQueue({
      make: (id, side) => this.makePicture(id, side),
      deliver: (pictures, side) => this.send({ type: 'pictures', side, pictures }),
    });
    this.opinions = new ModelOpinions(parts.processes);
    this.map = new MapComputation(parts.search, source, () => this.coalescer.request());
    panel.title = vscode.l10n.t('Inspect {0}', dataSetName(source));
    panel.iconPath = panelIcon(parts.extensionUri);
    this.disposables.push(
      this.catalogue.hold(),
      this.catalogue.onDidChange(() => this.catalogueChanged()),
      parts.store.onDidChange(() => this.coalescer.request()),
      parts.search.onDidFind((found) => found === source && void this.catalogue.refresh().catch(parts.onError)),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.begin()),
    );
    // The process starts while the page is being loaded.
    this.begin();
  }

  /** As the catalogue told it last; null before a first scan has found an image. */
  get overview(): Overview | null {
    return this.catalogue.overview;
  }

  /** Shows the images of a query, or one image. */
  showImages(wanted: { query?: string; path?: string }): void {
    this.wanted = { query: wanted.query ?? null, path: wanted.path ?? null };
    this.sendWanted();
  }

  protected isMessage(value: unknown): value is FromInspectPanel {
    return isFromInspectPanel(value);
  }

  protected onReady(): void {
    this.sendState();
    this.begin();
  }

  protected onMessage(message: FromInspectPanel): void {
    this.answer(message).catch(this.parts.onError);
  }

  protected override onDispose(): void {
    this.coalescer.dispose();
    this.pictures.dispose();
    this.opinions.dispose();
    this.map.dispose();
  }

  private async answer(message: FromInspectPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        return;
      case 'ask':
        return await this.ask(message.id, message.request);
      case 'pictures':
        return this.pictures.want(message.wishes);
      case 'opinion':
        return await this.giveOpinion(message);
      case 'open': {
        const file = await this.fileOf(message.image);
        const viewColumn = message.beside ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
        if (file) await vscode.commands.executeCommand('vscode.open', containerOf(file), { viewColumn, preview: true });
        return;
      }
      case 'reveal': {
        const file = await this.fileOf(message.image);
        if (file) await vscode.commands.executeCommand(revealCommand(file), containerOf(file));
        return;
      }
      case 'copyPaths':
        return await this.copyPaths(message.images);
      case 'computeMap':
        requireTrust();
        return await this.map.compute(message.method, this.models(), await this.zoo());
      case 'cancelMap':
        return this.map.cancel();
      case 'rescan':
        requireTrust();
        return this.catalogue.restart();
      case 'manageTrust':
        await vscode.commands.executeCommand('workbench.trust.manage');
        return;
      case 'showLog':
        return this.parts.showLog();
    }
  }

  private begin(): void {
    if (!vscode.workspace.isTrusted) return;
    // What goes wrong is the catalogue's state, which is shown.
    this.catalogue.ask({ type: 'overview' }).then(
      () => this.sendWanted(),
      () => undefined,
    );
  }

  private catalogueChanged(): void {
    const { state } = this.catalogue;
    const isFirstScan = state.kind === 'starting' && state.progress !== null;
    if (isFirstScan) this.parts.thumbnails.warm();
    const revision = this.catalogue.overview?.revision ?? null;
    if (revision !== this.revision) {
      this.revision = revision;
      this.rows.clear();
    }
    this.coalescer.request();
  }

  private async ask(id: number, request: InspectRequest): Promise<void> {
    try {
      const answer: CatalogueAnswer = await this.catalogue.ask(request);
      this.rows.take(answer);
      this.send({ type: 'answer', id, answer, uri: await this.uriFor(answer) });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const { code, message, advice } = error;
      this.send({ type: 'refused', id, code, message, advice });
    }
  }

  /** Of an answer that has one picture. */
  private async uriFor(answer: CatalogueAnswer): Promise<string | null> {
    if (!answer) return null;
    if ('file' in answer && 'images' in answer) return this.uri(answer.file);
    if (!('row' in answer)) return null;
    const isWhole = drawable.test(answer.file) && isInside(answer.file, folderOf(this.source));
    return isWhole ? this.uri(answer.file) : await this.makePicture(answer.row.id, LARGEST_PICTURE);
  }

  private async makePicture(id: number, side: number): Promise<string | null> {
    const image = await this.rows.get(id);
    const file = await this.fileOf(id);
    if (!image || !file) return null;
    const picture = await this.parts.thumbnails.file({ path: file, hash: image.hash, side });
    return picture && this.uri(picture);
  }

  private async giveOpinion({ image, model, saliency, label }: FromInspectPanel & { type: 'opinion' }): Promise<void> {
    requireTrust();
    const file = await this.fileOf(image);
    if (!file || !this.models().some(({ folder }) => folder === model)) return;
    const opinion = await this.opinions.of(model, file, saliency, label);
    this.send({ type: 'opinion', image, model, opinion });
  }

  private async copyPaths(images: readonly number[]): Promise<void> {
    const files = (await Promise.all(images.map((id) => this.fileOf(id)))).filter((file) => file !== null);
    await vscode.env.clipboard.writeText(files.join('\n'));
    vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0} paths.', files.length), 3000);
  }

  /** Absolute; `file#index` inside an IDX file. */
  private async fileOf(id: number): Promise<string | null> {
    const root = this.catalogue.overview?.root;
    const image = await this.rows.get(id);
    return root !== undefined && image ? path.resolve(root, image.path) : null;
  }

  private uri(file: string): string {
    return this.panel.webview.asWebviewUri(vscode.Uri.file(file)).toString();
  }

  private models(): { folder: string; name: string }[] {
    return this.parts.store
      .all()
      .filter(({ hasModel }) => hasModel)
      .sort((a, b) => b.createdAt - a.createdAt)
      .map(({ folder, name }) => ({ folder, name }));
  }

  /** Names of published weights that are on this machine. */
  private async zoo(): Promise<string[]> {
    const answer = await this.parts.processes.ask(['zoo', '--json'], { cwd: folderOf(this.source) });
    const entries = typeof answer === 'object' && answer !== null && 'entries' in answer ? answer.entries : null;
    return Array.isArray(entries) ? entries.filter(isOnDisk).map(({ name }) => name) : [];
  }

  private sendWanted(): void {
    if (this.wanted && this.catalogue.overview && this.send({ type: 'show', ...this.wanted })) this.wanted = null;
  }

  private sendState(): void {
    const { state, overview } = this.catalogue;
    const { isTrusted } = vscode.workspace;
    const shown: InspectState['state'] = !isTrusted
      ? 'untrusted'
      : state.kind === 'failed'
        ? 'failed'
        : state.kind === 'ready'
          ? 'ready'
          : 'starting';
    this.send({
      type: 'state',
      source: this.source,
      name: dataSetName(this.source),
      state: shown,
      progress: state.kind === 'starting' || state.kind === 'ready' ? state.progress : null,
      problem: state.kind === 'failed' ? { message: state.problem.message, advice: state.problem.advice } : null,
      overview,
      models: this.models(),
      mapJob: this.map.job,
    });
  }
}

function folderOf(source: string): string {
  return fs.statSync(source, { throwIfNoEntry: false })?.isDirectory() ? source : path.dirname(source);
}

function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return !relative.startsWith('..') && !path.isAbsolute(relative);
}

/** An image inside an IDX file has no editor; its file is shown where it lies. */
function containerOf(file: string): vscode.Uri {
  return vscode.Uri.file(file.replace(/#\d+$/, ''));
}

function revealCommand(file: string): string {
  const owner = vscode.workspace.getWorkspaceFolder(containerOf(file));
  return owner ? 'revealInExplorer' : 'revealFileInOS';
}

function isOnDisk(entry: unknown): entry is { name: string; file: string } {
  if (typeof entry !== 'object' || entry === null || !('name' in entry) || !('file' in entry)) return false;
  return typeof entry.name === 'string' && typeof entry.file === 'string';
}
