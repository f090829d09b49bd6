import path from 'node:path';
import * as vscode from 'vscode';
import { chooseBaseline, loupeFolderOf, readBaseline } from '../../jobs/compare/baseline.ts';
import { comparedRun } from '../../jobs/compare/compared-run.ts';
import { differingParams } from '../../jobs/compare/differences.ts';
import { bestOf, metricColumns } from '../../jobs/compare/metrics.ts';
import { listViews } from '../../jobs/compare/views.ts';
import { parseQuery } from '../../jobs/query.ts';
import { Problem } from '../../problem.ts';
import type { ComparedRun } from '../../protocol/compare.ts';
import type { CompareRunsMessage, CompareScope } from '../../protocol/compare-panel.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import type { RunStore } from '../runs/run-store.ts';
import { localFolders, loupeFolderIn } from '../workspace.ts';
import type { ForeignStore } from './foreign-store.ts';

/** The runs of one comparison as they are now, with everything that is told of them together. */
export class CompareRuns {
  private readonly store: RunStore;
  private readonly foreign: ForeignStore;
  private readonly made = new WeakMap<RunSummary, ComparedRun>();

  constructor(store: RunStore, foreign: ForeignStore) {
    this.store = store;
    this.foreign = foreign;
  }

  message(scope: CompareScope): CompareRunsMessage {
    const { runs, problem } = this.select(scope);
    const pinned = pinnedRuns(runs);
    const baseline = chooseBaseline(runs, pinned);
    const metrics = metricColumns(runs);
    return {
      type: 'runs',
      scope,
      runs,
      differing: differingParams(runs),
      metrics,
      best: Object.fromEntries(metrics.map((column) => [column.name, bestOf(runs, column)])),
      baseline: baseline?.id ?? null,
      pinned: baseline !== undefined && pinned.has(baseline.id),
      total: this.store.all().length + this.foreign.all().length,
      views: [...new Set(localFolders().flatMap((root) => listViews(loupeFolderIn(root))))],
      problem: problem ?? this.foreign.problem,
    };
  }

  /** Oldest first, those of other tools last. */
  private select(scope: CompareScope): { runs: ComparedRun[]; problem: string | null } {
    const foreign = this.foreign.all().map(({ run }) => run);
    const all = this.store.all().sort((a, b) => a.createdAt - b.createdAt);
    if (scope.kind === 'chosen') {
      const chosen = new Set(scope.runs);
      const kept = [
        ...all.filter(({ folder }) => chosen.has(folder)).map((run) => this.make(run)),
        ...foreign.filter(({ id }) => chosen.has(id)),
      ];
      return { runs: kept, problem: null };
    }
    try {
      const kept = all.filter(parseQuery(scope.query)).map((run) => this.make(run));
      // A query asks for settings and states that only our runs have.
      return { runs: scope.query.trim() === '' ? [...kept, ...foreign] : kept, problem: null };
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { runs: all.map((run) => this.make(run)), problem: `${error.message} ${error.advice}`.trim() };
    }
  }

  /** A summary that has not changed is the same object. */
  private make(run: RunSummary): ComparedRun {
    const made = this.made.get(run) ?? comparedRun(run);
    this.made.set(run, made);
    return made;
  }
}

function pinnedRuns(runs: readonly ComparedRun[]): Set<string> {
  const folders = new Set(runs.filter(({ foreign }) => foreign === null).map(({ id }) => loupeFolderOf(id)));
  return new Set(
    [...folders].flatMap((folder) => {
      const id = readBaseline(folder);
      return id === null ? [] : [path.join(folder, 'runs', id)];
    }),
  );
}

/** Names of the query's scope for titles. */
export function scopeTitle(scope: CompareScope): string {
  if (scope.kind === 'chosen') return vscode.l10n.t('Compare {0} Runs', scope.runs.length);
  return scope.query.trim() === '' ? vscode.l10n.t('Compare All Runs') : vscode.l10n.t('Compare: {0}', scope.query);
}
