import path from 'node:path';
import * as vscode from 'vscode';
import { parseConfig } from '../../jobs/config-file.ts';
import { stripComments } from '../../jobs/jsonc.ts';
import { applyChanges, setJsonValue } from '../../jobs/jsonc-edit.ts';
import { Problem } from '../../problem.ts';
import type { ReportedGroup, ReportedLayer } from '../../protocol/layers.ts';
import type { RunConfig } from '../../training/config.ts';
import {
  changeFreeze,
  type FreezeChange,
  freezeListsOf,
  freezeSettings,
  networkKey,
} from '../../training/freeze-edit.ts';
import { unfreezingPhases } from '../../training/gradual-unfreezing.ts';
import { frozenBy } from '../../training/layer-choice.ts';
import { segmentsOf } from '../../training/segments.ts';
import { smallestEdit } from '../augment/edit-config.ts';
import type { LoupeProcesses } from '../process.ts';
import { readLayerGroups } from './layer-answer.ts';

/** What batch norms normalise by while training: frozen ones by stored statistics, or by the batch's; or all of the backbone by stored ones. */
export type BatchNormMode = 'frozen-stored' | 'frozen-batch' | 'all-stored';

const batchNormSettings: Record<
  BatchNormMode,
  Partial<Pick<RunConfig['training'], 'batchNorm' | 'frozenBatchNorm'>>
> = {
  'frozen-stored': { batchNorm: 'batch', frozenBatchNorm: 'inference' },
  'frozen-batch': { batchNorm: 'batch', frozenBatchNorm: 'training' },
  'all-stored': { batchNorm: 'stored' },
};

function batchNormMode({
  batchNorm,
  frozenBatchNorm,
}: Pick<RunConfig['training'], 'batchNorm' | 'frozenBatchNorm'>): BatchNormMode {
  if (batchNorm === 'stored') return 'all-stored';
  return frozenBatchNorm === 'inference' ? 'frozen-stored' : 'frozen-batch';
}

/** One phase of a config: which layers stay as they are in it. */
export interface LayerSegment {
  /** Counts from 0; null: the config has no phases. */
  phase: number | null;
  epochs: number;
  frozen: ReadonlySet<string>;
}

/** The layers of the network of one config file, and what the file says of them; edits go into the open document. */
export class LayerModel implements vscode.Disposable {
  readonly uri: vscode.Uri;
  groups: ReportedGroup[] = [];
  segments: LayerSegment[] = [];
  batchNorm: BatchNormMode = 'frozen-stored';
  /** Why the number of classes, and so the size of the last layer, is a guess; null: it is none. */
  dataProblem: string | null = null;
  /** What keeps the tree from showing the file as it stands. */
  problem: string | null = null;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly processes: LoupeProcesses;
  private readonly schemaFile: string;
  private readonly subscriptions: vscode.Disposable[];
  private key = '';

  constructor(
    uri: vscode.Uri,
    parts: { processes: LoupeProcesses; schemaFile: string; onError: (error: unknown) => void },
  ) {
    this.uri = uri;
    this.processes = parts.processes;
    this.schemaFile = parts.schemaFile;
    const isMine = (document: vscode.TextDocument) => document.uri.toString() === uri.toString();
    this.subscriptions = [
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (isMine(document)) void this.readText(document.getText());
      }),
      vscode.workspace.onDidSaveTextDocument((document) => {
        if (isMine(document)) this.load().catch(parts.onError);
      }),
    ];
  }

  /** Every layer, in the order of the network. */
  get layers(): ReportedLayer[] {
    return this.groups.flatMap((group) => group.layers);
  }

  /**
   * Reads the file, and asks for the network's layers where they may be others than before.
   * @throws Problem what is wrong with the file, or what the process says
   */
  async load(): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.uri);
    const config = await this.config(document);
    const key = networkKey(config);
    if (key !== this.key) {
      const args = ['layers', this.uri.fsPath, '--set', 'training.freeze=[]', '--json'];
      const answer = readLayerGroups(await this.processes.ask(args, { cwd: path.dirname(this.uri.fsPath) }));
      if (!answer) throw new Problem('bad-answer', 'loupe layers gave no answer that can be read.', 'See the log.');
      this.groups = answer.groups;
      this.dataProblem = answer.dataProblem;
      this.key = key;
    }
    this.take(config);
  }

  /** Writes which layers train into the document; Undo takes it back. */
  async setFrozen(change: FreezeChange): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.uri);
    const before = freezeListsOf((await this.config(document)).training);
    const after = changeFreeze(this.layers, before, change);
    await this.write(document, freezeSettings(before, after, phasesIn(document.getText())));
  }

  /** Writes what batch norms normalise by into the document; Undo takes it back. */
  async setBatchNorm(mode: BatchNormMode): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.uri);
    const { batchNorm, frozenBatchNorm } = (await this.config(document)).training;
    const wanted = batchNormSettings[mode];
    await this.write(document, [
      ...(wanted.batchNorm === batchNorm ? [] : [{ path: ['training', 'batchNorm'], value: wanted.batchNorm }]),
      ...(wanted.frozenBatchNorm === undefined || wanted.frozenBatchNorm === frozenBatchNorm
        ? []
        : [{ path: ['training', 'frozenBatchNorm'], value: wanted.frozenBatchNorm }]),
    ]);
  }

  /** Puts phases of gradual unfreezing into the document, in place of those that are there. */
  async unfreezeGradually(stages: number): Promise<void> {
    const document = await vscode.workspace.openTextDocument(this.uri);
    const { epochs, learningRate } = (await this.config(document)).training;
    const phases = unfreezingPhases(this.layers, {
      stages,
      epochs: Math.max(1, Math.round(epochs / stages)),
      learningRate,
    });
    const value = phases.map((phase) => ({
      epochs: phase.epochs,
      learningRate: phase.learningRate,
      freeze: phase.freeze,
    }));
    await this.write(document, [{ path: ['training', 'phases'], value }]);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changed.dispose();
  }

  private async readText(text: string): Promise<void> {
    try {
      this.take(await parseConfig(text, path.basename(this.uri.fsPath), this.schemaFile));
    } catch (error) {
      // In the middle of typing a file is often not valid: the tree says so and shows what was valid last.
      this.problem = error instanceof Error ? error.message : String(error);
      this.changed.fire();
    }
  }

  private take(config: RunConfig): void {
    this.segments = segmentsOf(config, []).map(({ phase, epochs, freeze }) => ({
      phase,
      epochs,
      frozen: frozenBy(this.layers, freeze),
    }));
    this.batchNorm = batchNormMode(config.training);
    this.problem = networkKey(config) === this.key ? null : vscode.l10n.t('Save the file to see its network.');
    this.changed.fire();
  }

  private config(document: vscode.TextDocument): Promise<RunConfig> {
    return parseConfig(document.getText(), path.basename(this.uri.fsPath), this.schemaFile);
  }

  private async write(document: vscode.TextDocument, edits: { path: string[]; value: unknown }[]): Promise<void> {
    const before = document.getText();
    const after = edits.reduce((text, one) => applyChanges(text, setJsonValue(text, one.path, one.value)), before);
    const edit = smallestEdit(before, after);
    if (!edit) return;
    const change = new vscode.WorkspaceEdit();
    change.replace(
      this.uri,
      new vscode.Range(document.positionAt(edit.start), document.positionAt(edit.end)),
      edit.text,
    );
    await vscode.workspace.applyEdit(change);
  }
}

/** The phases of a config's text as they are written, without what they leave out. */
function phasesIn(text: string): Record<string, unknown>[] {
  const value = JSON.parse(stripComments(text)) as { training?: { phases?: Record<string, unknown>[] } };
  return value.training?.phases ?? [];
}
