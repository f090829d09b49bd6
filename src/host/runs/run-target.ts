import path from 'node:path';
import * as vscode from 'vscode';
import { readSummary } from '../../jobs/list.ts';
import { isRunFolder } from '../../jobs/read.ts';
import { Problem } from '../../problem.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { localFolders, runsFolderOf } from '../workspace.ts';
import { pickRun } from './pick-run.ts';
import type { RunStore } from './run-store.ts';

/** What a keybinding passes: the run that is selected in the tree. */
const SELECTION = 'selection';

export interface TargetTexts {
  choose: string;
  none: string;
  /** A single candidate is taken without asking. */
  direct?: boolean;
}

/** Finds the run that a command is about. */
export class RunTargets {
  private readonly store: RunStore;
  private readonly tree: vscode.TreeView<string>;

  constructor(store: RunStore, tree: vscode.TreeView<string>) {
    this.store = store;
    this.tree = tree;
  }

  /**
   * The run of a folder (from the tree, a panel or a link), the selected one, else the user's choice among those that
   * `accepts`. Undefined: the user chose none.
   * @throws Problem `no-such-run`, `no-run`
   */
  async find(
    argument: unknown,
    accepts: (run: RunSummary) => boolean,
    texts: TargetTexts,
  ): Promise<RunSummary | undefined> {
    await this.store.ready();
    const folder = argument === SELECTION ? this.tree.selection[0] : argument;
    if (argument === SELECTION && folder === undefined) return undefined;
    if (typeof folder === 'string') {
      const run = this.store.get(folder) ?? this.newRun(folder);
      if (run) return run;
      throw new Problem('no-such-run', vscode.l10n.t('{0} is not a run of this workspace.', folder), '');
    }
    const runs = this.store.all().filter(accepts);
    if (runs.length === 0) throw new Problem('no-run', texts.none, vscode.l10n.t('See the Runs view.'));
    if (texts.direct && runs.length === 1) return runs[0];
    return await pickRun(runs, texts.choose);
  }

  /**
   * As `find`, for commands that do the same with several runs: all that are selected in the tree, where the command comes from
   * there, as far as `accepts`.
   * @param selected what a menu of the tree passes as second argument
   * @throws Problem `no-such-run`, `no-run`
   */
  async findAll(
    argument: unknown,
    selected: unknown,
    accepts: (run: RunSummary) => boolean,
    texts: TargetTexts,
  ): Promise<RunSummary[]> {
    const given = argument === SELECTION ? this.tree.selection : Array.isArray(selected) ? selected : [];
    const folders = given.filter((folder) => typeof folder === 'string');
    if (folders.length < 2) {
      const run = await this.find(argument, accepts, texts);
      return run ? [run] : [];
    }
    await this.store.ready();
    const runs = folders.flatMap((folder) => this.store.get(folder) ?? []).filter(accepts);
    if (runs.length === 0) throw new Problem('no-run', texts.none, vscode.l10n.t('Select others in the Runs view.'));
    return runs;
  }

  /** A run of this workspace that was made a moment ago. */
  private newRun(folder: string): RunSummary | undefined {
    const ours = localFolders().some((root) => path.dirname(folder) === runsFolderOf(root));
    return ours && isRunFolder(folder) ? readSummary(folder) : undefined;
  }
}
