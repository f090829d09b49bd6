import fs from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { createEvaluation, defaultIntervals, EvaluationTracker, listEvaluations } from '../../jobs/evaluation-job.ts';
import { jobFiles } from '../../jobs/job.ts';
import { isActive } from '../../jobs/status.ts';
import { requestStop } from '../../jobs/stop.ts';
import {
  type FromEvaluatePanel,
  isFromEvaluatePanel,
  type PanelSubject,
  type ToEvaluatePanel,
} from '../../protocol/evaluate-panel.ts';
import type { EvaluationReport, EvaluationSummary, EvaluationTarget } from '../../protocol/evaluation.ts';
import { commands } from '../ids.ts';
import { panelIcon } from '../panels/panel-icon.ts';
import { WebviewPanelHost } from '../panels/webview-panel.ts';
import { PredictProcess } from '../predict/predict-process.ts';
import type { LoupeProcesses } from '../process.ts';
import { defaultEngine } from '../settings.ts';
import type { Thumbnails } from '../thumbnails.ts';
import { requireTrust } from '../trust.ts';
import { EvaluationContents } from './evaluation-images.ts';

/** While an evaluation goes on, and while none does. */
const BUSY_MS = 300;
const IDLE_MS = 2000;
/** The process that explains images ends when nobody has asked for so long. */
const SALIENCY_IDLE_MS = 120_000;
const TOP_K = 5;
const AUGMENTED_VIEWS = 4;

export interface EvaluatePanelParts {
  extensionUri: vscode.Uri;
  processes: LoupeProcesses;
  thumbnails: Thumbnails;
  onError: (error: unknown) => void;
}

/** The evaluations of one run or predictor. */
export class EvaluatePanel extends WebviewPanelHost<ToEvaluatePanel, FromEvaluatePanel> {
  private readonly subject: PanelSubject;
  private readonly parts: EvaluatePanelParts;
  private readonly trackers = new Map<string, EvaluationTracker>();
  private timer: NodeJS.Timeout | undefined;
  private shown = '';
  private selected: string | null;
  private contents: { id: string; contents: EvaluationContents } | null = null;
  private explainer: { process: PredictProcess; timer: NodeJS.Timeout } | null = null;

  constructor(panel: vscode.WebviewPanel, subject: PanelSubject, selected: string | null, parts: EvaluatePanelParts) {
    super(panel, parts.extensionUri, { name: 'evaluate', title: subject.name });
    this.subject = subject;
    this.selected = selected;
    this.parts = parts;
    panel.title = vscode.l10n.t('Evaluation of {0}', subject.name);
    panel.iconPath = panelIcon(parts.extensionUri);
  }

  /** Starts an evaluation, as the panel's button does. Returns its folder. */
  evaluate(target: EvaluationTarget, views: (FromEvaluatePanel & { type: 'evaluate' })['views'] = 'none'): string {
    const folder = createEvaluation(this.subject.folder, {
      target,
      views: { name: views, count: AUGMENTED_VIEWS, seed: 0 },
      engine: defaultEngine(vscode.Uri.file(this.subject.folder)),
      intervals: defaultIntervals,
      k: TOP_K,
    });
    this.parts.processes.startEvaluation(folder);
    this.selected = path.basename(folder);
    this.look();
    return folder;
  }

  protected isMessage(value: unknown): value is FromEvaluatePanel {
    return isFromEvaluatePanel(value);
  }

  protected onReady(): void {
    this.shown = '';
    this.look();
    this.sendReport();
  }

  protected onMessage(message: FromEvaluatePanel): void {
    this.answer(message).catch(this.parts.onError);
  }

  protected override onDispose(): void {
    clearTimeout(this.timer);
    this.rest();
  }

  private async answer(message: FromEvaluatePanel): Promise<void> {
    switch (message.type) {
      case 'ready':
        return;
      case 'evaluate':
        return await this.start(message.target, message.views);
      case 'stop':
        requestStop(this.folderOf(message.id));
        return this.look();
      case 'select':
        this.selected = message.id;
        this.sendReport();
        return;
      case 'images':
        return await this.sendImages(message);
      case 'saliency':
        return await this.explain(message);
      case 'openImage': {
        const { path: file } = this.read(message.id)?.file(message.at) ?? {};
        if (file) await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file.replace(/#\d+$/, '')));
        return;
      }
      case 'openReport': {
        const file = path.join(this.folderOf(message.id), jobFiles.report);
        await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), { preview: true });
        return;
      }
      case 'revealFolder':
        await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(this.folderOf(message.id)));
        return;
      case 'predict':
        await vscode.commands.executeCommand(commands.openPredict, this.subject.folder);
        return;
      case 'openRun':
        await vscode.commands.executeCommand(commands.openRun, this.subject.folder);
        return;
    }
  }

  private async start(
    target: 'train' | 'validation' | 'test' | 'folder',
    views: (FromEvaluatePanel & { type: 'evaluate' })['views'],
  ): Promise<void> {
    requireTrust();
    if (target !== 'folder') {
      this.evaluate({ kind: 'split', split: target }, views);
      return;
    }
    const [chosen] =
      (await vscode.window.showOpenDialog({
        canSelectFolders: true,
        canSelectFiles: true,
        openLabel: vscode.l10n.t('Evaluate'),
        title: vscode.l10n.t('Folder with a folder of images for each class, manifest or IDX file'),
      })) ?? [];
    if (chosen) this.evaluate({ kind: 'folder', source: chosen.fsPath }, views);
  }

  /** Reads the evaluations' folders and tells what changed; looks again later. */
  private look(): void {
    clearTimeout(this.timer);
    const evaluations = this.summaries();
    if (!evaluations.some(({ id }) => id === this.selected)) this.selected = evaluations.at(-1)?.id ?? null;
    const { isTrusted } = vscode.workspace;
    const key = JSON.stringify([evaluations, this.selected, isTrusted]);
    if (key !== this.shown) {
      const { subject, selected } = this;
      if (this.send({ type: 'list', subject, evaluations, selected, trusted: isTrusted })) this.shown = key;
      const current = evaluations.find(({ id }) => id === this.selected);
      if (current?.hasReport && this.contents?.id !== current.id) this.sendReport();
    }
    const busy = evaluations.some(({ state }) => isActive(state) || state === 'queued');
    this.timer = setTimeout(() => this.look(), busy ? BUSY_MS : IDLE_MS);
  }

  private summaries(): EvaluationSummary[] {
    const folders = listEvaluations(this.subject.folder);
    for (const folder of this.trackers.keys()) if (!folders.includes(folder)) this.trackers.delete(folder);
    return folders.flatMap((folder) => {
      const tracker = this.trackers.get(folder) ?? new EvaluationTracker(folder);
      this.trackers.set(folder, tracker);
      try {
        return [tracker.refreshWithEvents().summary];
      } catch {
        // Not an evaluation, or it went away a moment ago.
        return [];
      }
    });
  }

  private sendReport(): void {
    const id = this.selected;
    if (id === null) return;
    let report: EvaluationReport | null = null;
    try {
      report = this.read(id)?.report ?? null;
    } catch (error) {
      this.parts.onError(error);
    }
    this.send({ type: 'report', id, report });
  }

  private async sendImages(message: FromEvaluatePanel & { type: 'images' }): Promise<void> {
    const { id, selection, from, count } = message;
    const contents = this.read(id);
    if (!contents) return;
    const found = contents.select(selection);
    const part = found.slice(from, from + count);
    const images = part.map((at) => contents.image(at));
    this.send({ type: 'images', id, selection, from, total: found.length, images });
    await Promise.all(
      part.map(async (at) => {
        const file = await this.parts.thumbnails.file(contents.file(at));
        this.send({ type: 'pictures', id, pictures: [{ at, uri: file && pictureUri(file) }] });
      }),
    );
  }

  private async explain({ id, at, method, of }: FromEvaluatePanel & { type: 'saliency' }): Promise<void> {
    const contents = this.read(id);
    if (!contents?.has(at)) return;
    requireTrust();
    const image = contents.image(at);
    const label = contents.report.classes[of === 'label' ? image.label : image.predicted] ?? null;
    const answer = await this.process().ask({ path: contents.file(at).path }, { saliency: method, label });
    if (!('saliency' in answer)) {
      const message = 'message' in answer ? answer.message : '';
      this.send({ type: 'saliency-failed', id, at, message });
      return;
    }
    const { saliency } = answer;
    this.send({
      type: 'saliency',
      id,
      at,
      method,
      label: saliency.label,
      probability: saliency.probability,
      image: `data:image/png;base64,${saliency.image}`,
      heat: `data:image/png;base64,${saliency.heat}`,
    });
  }

  /** One process with the model loaded, while somebody asks. */
  private process(): PredictProcess {
    if (this.explainer) clearTimeout(this.explainer.timer);
    const process = this.explainer?.process ?? new PredictProcess(this.parts.processes, this.subject.folder);
    this.explainer = { process, timer: setTimeout(() => this.rest(), SALIENCY_IDLE_MS) };
    return process;
  }

  private rest(): void {
    if (!this.explainer) return;
    clearTimeout(this.explainer.timer);
    this.explainer.process.close();
    this.explainer = null;
  }

  private read(id: string): EvaluationContents | null {
    if (this.contents?.id === id) return this.contents.contents;
    const contents = EvaluationContents.read(this.folderOf(id));
    if (contents) this.contents = { id, contents };
    return contents;
  }

  /** Only evaluations of this subject. */
  private folderOf(id: string): string {
    return path.join(this.subject.folder, 'evaluations', path.basename(id));
  }
}

/** Thumbnails are WebP. */
export function pictureUri(file: string): string | null {
  try {
    return `data:image/webp;base64,${fs.readFileSync(file).toString('base64')}`;
  } catch {
    return null;
  }
}
