import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { LoupeApi } from '../../src/extension.ts';
import type { RunState, RunSummary } from '../../src/protocol/runs.ts';

/** The extension under test, activated. */
export async function loupe(): Promise<LoupeApi> {
  const extension = vscode.extensions.getExtension<LoupeApi>('loupe.loupe');
  assert.ok(extension, 'the extension is installed');
  return await extension.activate();
}

export function workspaceFolder(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'a folder is open');
  return folder.uri.fsPath;
}

/** Polls until `read` returns something that is neither false, null nor undefined. */
export async function until<T>(what: string, read: () => T | Promise<T>, timeoutMs = 30_000): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const value = await read();
    if (value !== false && value !== null && value !== undefined) return value;
    if (Date.now() > end) throw new Error(`Not within ${timeoutMs / 1000} s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Waits until the run is in one of the states; fails at once when it has failed for another reason. */
export async function runIn(folder: string, states: RunState[], timeoutMs = 120_000): Promise<RunSummary> {
  const { store } = await loupe();
  return await until(
    `${folder} is ${states.join(' or ')} (is ${store.get(folder)?.state})`,
    () => {
      const run = store.get(folder);
      if (run?.state === 'failed' && !states.includes('failed')) throw new Error(`${run.message} ${run.advice}`);
      return run && states.includes(run.state) ? run : null;
    },
    timeoutMs,
  );
}

/** Labels of the open run panels. */
export function openPanels(): string[] {
  return vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('loupe.run'))
    .map(({ label }) => label);
}
