import path from 'node:path';
import * as vscode from 'vscode';
import { findForeignRuns } from '../../interop/foreign/find-runs.ts';
import type { ForeignRun } from '../../interop/foreign/foreign-run.ts';
import { settings } from '../ids.ts';
import { localFolders } from '../workspace.ts';

/** The runs of other tools in the folders that the user named; read when a comparison is looked at. */
export class ForeignStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private readonly subscription: vscode.Disposable;
  private runs: ForeignRun[] = [];
  private reading: Promise<void> | null = null;
  /** What could not be read at the last look. */
  problem: string | null = null;

  constructor() {
    this.subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(settings.foreignFolders)) void this.read();
    });
  }

  all(): readonly ForeignRun[] {
    return this.runs;
  }

  get(id: string): ForeignRun | undefined {
    return this.runs.find(({ run }) => run.id === id);
  }

  /** Looks at the folders again. */
  read(): Promise<void> {
    this.reading ??= this.readNow().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  private async readNow(): Promise<void> {
    const found: ForeignRun[] = [];
    const unreadable: string[] = [];
    for (const folder of foreignFolders()) {
      const { runs, unreadable: failed } = await findForeignRuns(folder);
      found.push(...runs);
      unreadable.push(...failed.map(({ path: file, message }) => `${file}: ${message}`));
      if (runs.length === 0 && failed.length === 0)
        unreadable.push(vscode.l10n.t('No runs of other tools in {0}.', folder));
    }
    this.problem = unreadable[0] ?? null;
    if (found.length === 0 && this.runs.length === 0 && this.problem === null) return;
    this.runs = [...new Map(found.map((entry) => [entry.run.id, entry])).values()];
    this.changed.fire();
  }
}

/** Absolute; relative ones are meant from the workspace's folders. */
function foreignFolders(): string[] {
  const named = vscode.workspace.getConfiguration().get(settings.foreignFolders);
  const folders = Array.isArray(named) ? named.filter((entry) => typeof entry === 'string' && entry.trim() !== '') : [];
  return folders.flatMap((folder: string) =>
    path.isAbsolute(folder) ? [folder] : localFolders().map((root) => path.resolve(root, folder)),
  );
}
