import * as vscode from 'vscode';
import type { ReportedGroup, ReportedLayer } from '../../protocol/layers.ts';
import { commands } from '../ids.ts';
import type { BatchNormMode, LayerModel, LayerSegment } from './layer-model.ts';

export type LayerNode =
  | { kind: 'problem'; text: string }
  | { kind: 'batchNorm' }
  | { kind: 'segment'; segment: number }
  | { kind: 'group'; segment: number; name: string }
  | { kind: 'layer'; segment: number; name: string };

/** How each mode reads, by its mode. */
export function batchNormTexts(): Record<BatchNormMode, { label: string; detail: string; icon: string }> {
  return {
    'frozen-stored': {
      label: vscode.l10n.t('frozen: stored statistics'),
      detail: vscode.l10n.t(
        'A frozen batch norm normalises by its stored statistics, which stay; one that trains, by each batch.',
      ),
      icon: 'lock',
    },
    'frozen-batch': {
      label: vscode.l10n.t('frozen: each batch’s (fastai)'),
      detail: vscode.l10n.t('A frozen batch norm too normalises by each batch, and goes on learning its statistics.'),
      icon: 'pulse',
    },
    'all-stored': {
      label: vscode.l10n.t('all: stored statistics (Keras)'),
      detail: vscode.l10n.t(
        'All batch norms of the backbone normalise by their stored statistics, which stay; scale and shift learn where they train.',
      ),
      icon: 'lock',
    },
  };
}

/** The layers of a config's network: phases, groups, layers; a tick means that it trains. */
export class LayerTree implements vscode.TreeDataProvider<LayerNode>, vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.changed.event;
  private model: LayerModel | null = null;
  private subscription: vscode.Disposable | null = null;

  show(model: LayerModel | null): void {
    this.subscription?.dispose();
    this.model = model;
    this.subscription = model?.onDidChange(() => this.changed.fire(undefined)) ?? null;
    this.changed.fire(undefined);
  }

  getChildren(node?: LayerNode): LayerNode[] {
    const { model } = this;
    if (!model) return [];
    if (!node) return roots(model);
    if (node.kind === 'segment') return groupNodes(model, node.segment);
    if (node.kind !== 'group') return [];
    const { segment } = node;
    return (this.groupOf(node.name)?.layers ?? []).map(({ name }) => ({ kind: 'layer', segment, name }));
  }

  getTreeItem(node: LayerNode): vscode.TreeItem {
    if (node.kind === 'problem') return problemItem(node.text);
    if (node.kind === 'batchNorm') return batchNormItem(this.model?.batchNorm ?? 'frozen-stored');
    const segment = this.model?.segments[node.segment];
    const layers = this.layersOf(node);
    if (!segment) return new vscode.TreeItem('');
    if (node.kind === 'segment') return segmentItem(segment, layers);
    return node.kind === 'group' ? groupItem(node, segment, layers) : layerItem(node, segment, layers[0]);
  }

  /** What a node's tick decides about. */
  layersOf(node: LayerNode): ReportedLayer[] {
    if (node.kind === 'segment') return this.model?.layers ?? [];
    if (node.kind === 'group') return this.groupOf(node.name)?.layers ?? [];
    return node.kind === 'layer' ? (this.model?.layers.filter(({ name }) => name === node.name) ?? []) : [];
  }

  dispose(): void {
    this.subscription?.dispose();
    this.changed.dispose();
  }

  private groupOf(name: string): ReportedGroup | undefined {
    return this.model?.groups.find((group) => group.name === name);
  }
}

function roots(model: LayerModel): LayerNode[] {
  const { segments, problem, dataProblem } = model;
  const guess = dataProblem === null ? null : guessText(dataProblem);
  const head = [problem, guess].flatMap((text): LayerNode[] => (text === null ? [] : [{ kind: 'problem', text }]));
  const phases = segments.flatMap(({ phase }, segment): LayerNode[] =>
    phase === null ? [] : [{ kind: 'segment', segment }],
  );
  return [...head, { kind: 'batchNorm' }, ...(phases.length > 0 ? phases : groupNodes(model, 0))];
}

function groupNodes(model: LayerModel, segment: number): LayerNode[] {
  return model.groups.map(({ name }) => ({ kind: 'group', segment, name }));
}

function guessText(problem: string): string {
  return `${vscode.l10n.t('The data set can’t be opened: classes are a guess')}\n\n${problem}`;
}

function problemItem(text: string): vscode.TreeItem {
  const item = new vscode.TreeItem(text.split('\n')[0] ?? '');
  item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
  item.tooltip = text;
  return item;
}

function batchNormItem(mode: BatchNormMode): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Batch norms'));
  const { label, detail, icon } = batchNormTexts()[mode];
  item.description = label;
  item.iconPath = new vscode.ThemeIcon(icon);
  item.tooltip = detail;
  item.contextValue = 'batchNorm';
  item.command = { command: commands.switchBatchNorm, title: vscode.l10n.t('Switch Batch-Norm Mode') };
  return item;
}

function segmentItem({ phase, epochs, frozen }: LayerSegment, layers: readonly ReportedLayer[]): vscode.TreeItem {
  const item = new vscode.TreeItem(
    vscode.l10n.t('Phase {0}', (phase ?? 0) + 1),
    vscode.TreeItemCollapsibleState[phase === 0 ? 'Expanded' : 'Collapsed'],
  );
  item.id = `segment:${phase}`;
  const length = epochs === 1 ? vscode.l10n.t('1 epoch') : vscode.l10n.t('{0} epochs', epochs);
  item.description = `${length} · ${trainedText(layers, frozen)}`;
  item.iconPath = new vscode.ThemeIcon('milestone');
  return item;
}

function groupItem(
  { segment, name }: { segment: number; name: string },
  { frozen }: LayerSegment,
  layers: readonly ReportedLayer[],
): vscode.TreeItem {
  const item = new vscode.TreeItem(name, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = `group:${segment}:${name}`;
  const still = layers.filter((layer) => frozen.has(layer.name)).length;
  item.checkboxState = checkbox(still === 0, name);
  item.description =
    still === 0 || still === layers.length
      ? weightsText(layers)
      : vscode.l10n.t('{0} · {1} of {2} layers train', weightsText(layers), layers.length - still, layers.length);
  return item;
}

function layerItem(
  { segment, name }: { segment: number; name: string },
  { frozen }: LayerSegment,
  layer: ReportedLayer | undefined,
): vscode.TreeItem {
  const item = new vscode.TreeItem(name);
  item.id = `layer:${segment}:${name}`;
  item.checkboxState = checkbox(!frozen.has(name), name);
  if (layer) item.description = `${layer.kind} · ${weightsText([layer])}`;
  return item;
}

function checkbox(trains: boolean, name: string): NonNullable<vscode.TreeItem['checkboxState']> {
  const state = trains ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked;
  const tooltip = trains ? vscode.l10n.t('{0} trains', name) : vscode.l10n.t('{0} stays as it is', name);
  return { state, tooltip, accessibilityInformation: { label: tooltip } };
}

function weightsText(layers: readonly ReportedLayer[]): string {
  const weights = layers.reduce((sum, { parameters }) => sum + parameters, 0);
  return vscode.l10n.t('{0} weights', grouped(weights));
}

function trainedText(layers: readonly ReportedLayer[], frozen: ReadonlySet<string>): string {
  const weights = (own: readonly ReportedLayer[]) => own.reduce((sum, { parameters }) => sum + parameters, 0);
  const trained = layers.filter(({ name }) => !frozen.has(name));
  return vscode.l10n.t('{0} of {1} weights train', grouped(weights(trained)), grouped(weights(layers)));
}

function grouped(count: number): string {
  return count.toLocaleString(vscode.env.language);
}
