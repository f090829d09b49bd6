import path from 'node:path';
import * as vscode from 'vscode';
import { Problem } from '../../problem.ts';
import { configUri, savedConfig } from '../configs/config-commands.ts';
import { setContextKey } from '../context-keys.ts';
import { commands, configSuffix, contextKeys, views } from '../ids.ts';
import type { LoupeProcesses } from '../process.ts';
import type { Handlers } from '../register.ts';
import { requireTrust } from '../trust.ts';
import { type BatchNormMode, LayerModel } from './layer-model.ts';
import { batchNormTexts, type LayerNode, LayerTree } from './layer-tree.ts';

type Ids = typeof commands;
type LayerCommand = Ids['chooseLayers' | 'switchBatchNorm' | 'unfreezeGradually' | 'closeLayers'];

/** Phases that gradual unfreezing is offered with. */
const STAGES = [3, 4, 5, 6] as const;

/** The tree of trainable layers: of one config at a time, shown on demand. */
export class LayerView implements vscode.Disposable {
  readonly tree = new LayerTree();
  readonly view: vscode.TreeView<LayerNode>;
  model: LayerModel | null = null;
  private readonly parts: { processes: LoupeProcesses; schemaFile: string; onError: (error: unknown) => void };

  constructor(parts: { processes: LoupeProcesses; schemaFile: string; onError: (error: unknown) => void }) {
    this.parts = parts;
    this.view = vscode.window.createTreeView(views.layers, {
      treeDataProvider: this.tree,
      manageCheckboxStateManually: true,
    });
    this.view.onDidChangeCheckboxState(({ items }) => {
      this.tick(items).catch(parts.onError);
    });
  }

  get commands(): Handlers<LayerCommand> {
    return {
      [commands.chooseLayers]: (target?: vscode.Uri) => this.show(target),
      [commands.switchBatchNorm]: (mode?: unknown) => this.chooseBatchNorm(mode),
      [commands.unfreezeGradually]: () => this.unfreeze(),
      [commands.closeLayers]: () => this.close(),
    };
  }

  /** Ticks and unticks as the user did: a ticked layer trains. */
  async tick(items: readonly (readonly [LayerNode, vscode.TreeItemCheckboxState])[]): Promise<void> {
    for (const [node, state] of items) {
      if (node.kind !== 'group' && node.kind !== 'layer') continue;
      await this.model?.setFrozen({
        phase: this.model.segments[node.segment]?.phase ?? null,
        layers: this.tree.layersOf(node).map(({ name }) => name),
        frozen: state === vscode.TreeItemCheckboxState.Unchecked,
      });
    }
  }

  dispose(): void {
    this.close();
    this.view.dispose();
    this.tree.dispose();
  }

  private async show(target: vscode.Uri | undefined): Promise<void> {
    requireTrust();
    const uri = configUri(target);
    if (!uri || (await savedConfig(uri)) === undefined) return;
    const model = new LayerModel(uri, this.parts);
    try {
      await vscode.window.withProgress({ location: { viewId: views.layers } }, () => model.load());
    } catch (error) {
      model.dispose();
      throw error;
    }
    this.close();
    this.model = model;
    this.tree.show(model);
    this.view.description = path.basename(uri.fsPath, configSuffix);
    setContextKey(contextKeys.layersShown, true);
    await vscode.commands.executeCommand(`${views.layers}.focus`);
  }

  /** @param given of a caller that knows; else the user chooses */
  private async chooseBatchNorm(given?: unknown): Promise<void> {
    const texts = batchNormTexts();
    const modes = Object.keys(texts) as BatchNormMode[];
    const picks = modes.map((mode) => ({
      ...{ mode, label: texts[mode].label, detail: texts[mode].detail },
      description: mode === this.model?.batchNorm ? vscode.l10n.t('now') : '',
    }));
    const placeHolder = vscode.l10n.t('What should batch norms normalise by while training?');
    const mode =
      modes.find((one) => one === given) ?? (await vscode.window.showQuickPick(picks, { placeHolder }))?.mode;
    if (mode) await this.model?.setBatchNorm(mode);
  }

  private async unfreeze(): Promise<void> {
    const { model } = this;
    if (!model) {
      const advice = vscode.l10n.t('Open one, and use "Loupe: Choose Trainable Layers".');
      throw new Problem('no-config', vscode.l10n.t('No config’s layers are shown.'), advice);
    }
    const picks = STAGES.map((stages) => ({
      stages,
      label: vscode.l10n.t('{0} phases', stages),
      detail: vscode.l10n.t('The head alone, then {0} times more of the backbone, each at half the rate.', stages - 1),
    }));
    const pick = await vscode.window.showQuickPick(picks, { title: vscode.l10n.t('Unfreeze Gradually') });
    if (pick) await model.unfreezeGradually(pick.stages);
  }

  private close(): void {
    this.tree.show(null);
    this.model?.dispose();
    this.model = null;
    setContextKey(contextKeys.layersShown, false);
  }
}
