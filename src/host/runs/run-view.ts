import * as vscode from 'vscode';
import { parseQuery, type RunFilter } from '../../jobs/query.ts';
import { sortRuns } from '../../jobs/sort.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { setContextKey } from '../context-keys.ts';
import { contextKeys } from '../ids.ts';

const keys = { query: 'loupe.runs.query', sort: 'loupe.runs.sort' };

/** Which runs the tree shows, and in which order; remembered for the workspace. */
export class RunView implements vscode.Disposable {
  private readonly memory: vscode.Memento;
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;
  private filter: RunFilter = () => true;
  private queryText = '';
  private sortText: string;

  constructor(memory: vscode.Memento) {
    this.memory = memory;
    this.sortText = memory.get<string>(keys.sort) ?? 'created';
    try {
      this.setFilter(memory.get<string>(keys.query) ?? '');
    } catch {
      this.setFilter('');
    }
  }

  get query(): string {
    return this.queryText;
  }

  get sort(): string {
    return this.sortText;
  }

  /** @throws Problem where the query is wrong. */
  async setQuery(query: string): Promise<void> {
    this.setFilter(query);
    this.changed.fire();
    await this.memory.update(keys.query, this.queryText);
  }

  /** @param sort a key of `sortRuns`. */
  async setSort(sort: string): Promise<void> {
    this.sortText = sort;
    this.changed.fire();
    await this.memory.update(keys.sort, sort);
  }

  apply(runs: readonly RunSummary[]): RunSummary[] {
    const kept = runs.filter(this.filter);
    try {
      return sortRuns(kept, this.sortText);
    } catch {
      return sortRuns(kept);
    }
  }

  dispose(): void {
    this.changed.dispose();
  }

  private setFilter(query: string): void {
    this.filter = parseQuery(query);
    this.queryText = query.trim();
    setContextKey(contextKeys.runsFiltered, this.queryText !== '');
  }
}
