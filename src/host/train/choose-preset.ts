import * as vscode from 'vscode';
import { type Preset, presets } from '../../jobs/presets.ts';
import { configName } from '../configs/config-names.ts';
import { configSuffix } from '../ids.ts';

export type Recipe = { preset: Preset } | { config: vscode.Uri };

const MAX_CONFIGS = 20;

/** Asks how to train: a preset, or a run config of the workspace. */
export async function chooseRecipe(): Promise<Recipe | undefined> {
  const files = await vscode.workspace.findFiles(`**/*${configSuffix}`, '**/{node_modules,.loupe}/**', MAX_CONFIGS);
  const presetPicks = presets.map((preset) => ({
    label: presetLabel(preset),
    detail: preset.description,
    recipe: { preset } satisfies Recipe,
  }));
  const configPicks = files.map((config) => ({
    label: `$(json) ${configName(config.fsPath)}`,
    description: vscode.workspace.asRelativePath(config),
    detail: '',
    recipe: { config } satisfies Recipe,
  }));
  const heading = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator });
  const picks: (vscode.QuickPickItem & { recipe?: Recipe })[] = [
    heading(vscode.l10n.t('Presets')),
    ...presetPicks,
    ...(configPicks.length ? [heading(vscode.l10n.t('Run configs of this workspace')), ...configPicks] : []),
  ];
  return (await vscode.window.showQuickPick(picks, { placeHolder: vscode.l10n.t('How should it train?') }))?.recipe;
}

const icons: Record<string, string> = { quick: 'zap', balanced: 'play', accurate: 'target' };

/** `small-grey` → `Small grey`. */
function presetLabel({ name }: Preset): string {
  const words = name.replaceAll('-', ' ');
  return `$(${icons[name] ?? 'settings'}) ${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
