import * as vscode from 'vscode';
import type { EngineConfig } from '../training/config.ts';
import { settings } from './ids.ts';

/** How many runs may train at the same time. */
export function parallelRuns(): number {
  const value = vscode.workspace.getConfiguration().get(settings.parallelRuns);
  return typeof value === 'number' && value >= 1 ? Math.floor(value) : 1;
}

const engineNames: readonly string[] = ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'] satisfies EngineConfig['name'][];

/** Engine of a new run on data in `scope`. */
export function defaultEngine(scope: vscode.Uri): EngineConfig {
  const configuration = vscode.workspace.getConfiguration(undefined, scope);
  const name = configuration.get<string>(settings.engine) ?? 'auto';
  const threads = configuration.get<number>(settings.threads) ?? 0;
  return {
    name: engineNames.includes(name) ? (name as EngineConfig['name']) : 'auto',
    threads: Number.isInteger(threads) && threads > 0 ? threads : 0,
    adapter: '',
    precision: 'float32',
  };
}

/** Who is written beside a label edit; empty: nobody. */
export function labelAuthor(): string {
  const value = vscode.workspace.getConfiguration().get(settings.labelAuthor);
  return typeof value === 'string' ? value.trim() : '';
}

/** Whether a search for issues trains the network that judges labels further. */
export function tunesIssues(scope: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration(undefined, scope).get(settings.tuneIssues) === true;
}
