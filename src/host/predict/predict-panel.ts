import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as vscode from 'vscode';
import { FolderWatch } from '../../jobs/folder-watch.ts';
import { Problem } from '../../problem.ts';
import {
  type FromPredictPanel,
  isFromPredictPanel,
  type PredictItem,
  type PredictSubject,
  type ToPredictPanel,
} from '../../protocol/predict-panel.ts';
import { imageExtensions } from '../classify/classify-command.ts';
import { pictureUri } from '../evaluate/evaluate-panel.ts';
import { commands } from '../ids.ts';
import { panelIcon } from '../panels/panel-icon.ts';
import { WebviewPanelHost } from '../panels/webview-panel.ts';
import type { LoupeProcesses } from '../process.ts';
import type { Thumbnails } from '../thumbnails.ts';
import { requireTrust } from '../trust.ts';
import { PredictProcess, type ReadyAnswer } from './predict-process.ts';
import { predictionTable } from './prediction-export.ts';

/** Answers that the panel keeps; older ones fall off. */
const MOST_ITEMS = 500;
const TOP = 10;
/** Files of a folder that are asked about at once: the process makes batches of them. */
const AT_ONCE = 64;
const extensions = imageExtensions.map((name) => `.${name}`);

export interface PredictPanelParts {
  extensionUri: vscode.Uri;
  processes: LoupeProcesses;
  thumbnails: Thumbnails;
  onError: (error: unknown) => void;
}

/** Asks one model about any image: its process stays, so that the model is loaded once. */
export class PredictPanel extends WebviewPanelHost<ToPredictPanel, FromPredictPanel> {
  private readonly subject: PredictSubject;
  private readonly parts: PredictPanelParts;
  private process: PredictProcess | null = null;
  private readyAnswer: ReadyAnswer | null = null;
  private problem: string | null = null;
  private items: PredictItem[] = [];
  /** Bytes of images that are no files, by item. */
  private readonly bytes = new Map<number, string>();
  private nextId = 1;
  private watch: { folder: string; watch: FolderWatch } | null = null;

  constructor(panel: vscode.WebviewPanel, subject: PredictSubject, parts: PredictPanelParts) {
    super(panel, parts.extensionUri, { name: 'predict', title: subject.name });
    this.subject = subject;
    this.parts = parts;
    panel.title = vscode.l10n.t('Predict with {0}', subject.name);
    panel.iconPath = panelIcon(parts.extensionUri);
  }

  /** Asks about files, the newest last; resolves when all are answered. */
  async askFiles(files: readonly string[]): Promise<PredictItem[]> {
    const answered: PredictItem[] = [];
    for (let start = 0; start < files.length; start += AT_ONCE) {
      const part = files.slice(start, start + AT_ONCE);
      answered.push(...(await Promise.all(part.map((file) => this.ask({ path: file }, path.basename(file), file)))));
      const done = Math.min(files.length, start + AT_ONCE);
      if (files.length > 1) this.send({ type: 'batch', done, total: files.length, file: null });
    }
    return answered;
  }

  protected isMessage(value: unknown): value is FromPredictPanel {
    return isFromPredictPanel(value);
  }

  protected onReady(): void {
    if (!this.process && vscode.workspace.isTrusted) this.start();
    this.sendSubject();
    this.send({ type: 'items', items: this.items });
    for (const item of this.items) void this.sendPicture(item);
  }

  protected onMessage(message: FromPredictPanel): void {
    this.answer(message).catch(this.parts.onError);
  }

  protected override onDispose(): void {
    this.watch?.watch.close();
    this.process?.close();
  }

  private async answer(message: FromPredictPanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        return;
      case 'pick':
        await this.askFiles(await choose({ files: true }));
        return;
      case 'pickFolder':
        for (const folder of await choose({ files: false })) await this.askFiles(imagesIn([folder]));
        return;
      case 'watch':
        return await this.startWatch();
      case 'unwatch':
        this.watch?.watch.close();
        this.watch = null;
        return this.sendSubject();
      case 'chooseModel':
        await vscode.commands.executeCommand(commands.openPredict, null);
        return;
      case 'paths':
        await this.askFiles(imagesIn(message.uris.flatMap(pathOf)));
        return;
      case 'image':
        await this.ask({ name: message.name, data: message.data }, message.name, null);
        return;
      case 'saliency':
        return await this.explain(message);
      case 'open': {
        const file = this.items.find(({ id }) => id === message.id)?.path;
        if (file) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), { preview: true });
        return;
      }
      case 'export':
        return await this.export(message.format);
      case 'clear':
        this.items = [];
        this.bytes.clear();
        this.send({ type: 'items', items: [] });
        return;
    }
  }

  private start(): PredictProcess {
    requireTrust();
    const process = new PredictProcess(this.parts.processes, this.subject.folder);
    this.process = process;
    this.readyAnswer = null;
    this.problem = null;
    process.ready.then(
      (answer) => {
        this.readyAnswer = answer;
        this.sendSubject();
      },
      (error: unknown) => {
        this.process = null;
        this.problem = error instanceof Problem ? `${error.message} ${error.advice}` : String(error);
        this.sendSubject();
      },
    );
    return process;
  }

  private async ask(
    question: Parameters<PredictProcess['ask']>[0],
    name: string,
    file: string | null,
  ): Promise<PredictItem> {
    const process = this.process ?? this.start();
    const item: PredictItem = { id: this.nextId++, name, path: file, top: [], ms: null, failure: null };
    if ('data' in question) this.bytes.set(item.id, question.data);
    this.keep(item);
    void this.sendPicture(item);
    const answer = await process.ask(question, { top: TOP });
    if ('top' in answer) Object.assign(item, { top: answer.top, ms: answer.ms });
    else item.failure = 'message' in answer ? answer.message : vscode.l10n.t('No answer.');
    this.send({ type: 'items', items: this.items });
    return item;
  }

  private keep(item: PredictItem): void {
    this.items = [item, ...this.items].slice(0, MOST_ITEMS);
    const oldest = this.items.at(-1)?.id ?? 0;
    for (const id of this.bytes.keys()) if (id < oldest) this.bytes.delete(id);
    this.send({ type: 'items', items: this.items });
  }

  private async sendPicture({ id, path: file }: PredictItem): Promise<void> {
    const data = this.bytes.get(id);
    if (data) {
      this.send({ type: 'picture', id, uri: `data:;base64,${data}` });
      return;
    }
    const picture = file && (await this.parts.thumbnails.file({ path: file }));
    this.send({ type: 'picture', id, uri: picture ? pictureUri(picture) : null });
  }

  private async explain({ id, method, label }: FromPredictPanel & { type: 'saliency' }): Promise<void> {
    const item = this.items.find((entry) => entry.id === id);
    if (!item) return;
    const data = this.bytes.get(id);
    const question = item.path ? { path: item.path } : data ? { name: item.name, data } : null;
    if (!question) return;
    const answer = await (this.process ?? this.start()).ask(question, { saliency: method, label });
    if (!('saliency' in answer)) {
      this.send({ type: 'saliency-failed', id, message: 'message' in answer ? answer.message : '' });
      return;
    }
    const { saliency } = answer;
    this.send({
      type: 'saliency',
      id,
      method,
      label: saliency.label,
      probability: saliency.probability,
      image: `data:image/png;base64,${saliency.image}`,
      heat: `data:image/png;base64,${saliency.heat}`,
    });
  }

  private async startWatch(): Promise<void> {
    requireTrust();
    const [folder] = await choose({ files: false });
    if (!folder) return;
    this.watch?.watch.close();
    const onFiles = (files: string[]) => void this.askFiles(files).catch(this.parts.onError);
    this.watch = { folder, watch: new FolderWatch(folder, onFiles, { extensions }) };
    this.sendSubject();
  }

  private async export(format: 'csv' | 'jsonl'): Promise<void> {
    const home = vscode.workspace.workspaceFolders?.[0]?.uri;
    const target = await vscode.window.showSaveDialog({
      filters: { [format.toUpperCase()]: [format] },
      ...(home ? { defaultUri: vscode.Uri.joinPath(home, `predictions.${format}`) } : {}),
    });
    if (!target) return;
    await vscode.workspace.fs.writeFile(target, Buffer.from(predictionTable(this.items.toReversed(), format)));
    this.send({ type: 'batch', done: this.items.length, total: this.items.length, file: target.fsPath });
  }

  private sendSubject(): void {
    const { readyAnswer, problem } = this;
    this.send({
      type: 'subject',
      subject: this.subject,
      state: readyAnswer ? 'ready' : problem ? 'failed' : 'loading',
      message: problem,
      engine: readyAnswer?.engine ?? null,
      classes: readyAnswer?.labels ?? [],
      temperature: readyAnswer?.temperature ?? null,
      watching: this.watch?.folder ?? null,
      trusted: vscode.workspace.isTrusted,
    });
  }
}

async function choose({ files }: { files: boolean }): Promise<string[]> {
  const home = vscode.workspace.workspaceFolders?.[0]?.uri;
  const chosen = await vscode.window.showOpenDialog({
    canSelectMany: files,
    canSelectFiles: files,
    canSelectFolders: !files,
    openLabel: vscode.l10n.t('Predict'),
    ...(files ? { filters: { [vscode.l10n.t('Images')]: [...imageExtensions] } } : {}),
    ...(home ? { defaultUri: home } : {}),
  });
  return (chosen ?? []).map(({ fsPath }) => fsPath);
}

/** Files as they are; of folders the images in them, in order. */
function imagesIn(targets: readonly string[]): string[] {
  return targets.flatMap((target) => {
    if (!fs.statSync(target, { throwIfNoEntry: false })?.isDirectory()) return [target];
    return fs
      .readdirSync(target, { recursive: true, encoding: 'utf8' })
      .filter((name) => extensions.includes(path.extname(name).toLowerCase()) && !/(^|[\\/])\./.test(name))
      .sort()
      .map((name) => path.join(target, name));
  });
}

function pathOf(uri: string): string[] {
  try {
    return uri.startsWith('file:') ? [fileURLToPath(uri)] : path.isAbsolute(uri) ? [uri] : [];
  } catch {
    return [];
  }
}
