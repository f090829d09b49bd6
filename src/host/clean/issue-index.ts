import * as vscode from 'vscode';
import type { IssueRow } from '../../protocol/catalogue.ts';
import { defaultThresholds, type FindingKind, findingKinds, labelSwitch } from '../../protocol/findings.ts';
import type { CatalogueProcess } from '../inspect/catalogue-process.ts';
import type { Catalogues } from '../inspect/catalogues.ts';
import type { IssueSearch } from './issue-search.ts';
import { isFindingKind } from './kinds.ts';

export type IssueCounts = Partial<Record<FindingKind, number>>;

/** Kinds that are worth a mark on a file; of the others there may be as many as images. */
const flagged: readonly FindingKind[] = [
  ...(['unreadable', 'label', 'conflicting-labels', 'split-leak', 'exact-duplicate', 'near-duplicate'] as const),
  ...(['blurry', 'dark', 'light', 'low-information', 'outlier'] as const),
];
/** Files that are marked for one kind at most. */
const MOST_FLAGGED = 2_000;
const PAGE = 500;

/** What was found in the data sets of this window: counts for the tree, and which files to mark. */
export class IssueIndex implements vscode.Disposable {
  private readonly catalogues: Catalogues;
  private readonly memory: vscode.Memento;
  private readonly counts = new Map<string, IssueCounts>();
  private readonly kinds = new Map<string, Map<string, FindingKind[]>>();
  private readonly changed = new vscode.EventEmitter<string>();
  /** Counts or marks of a source. */
  readonly onDidChange = this.changed.event;
  private readonly followed = new Set<CatalogueProcess>();
  private readonly subscription: vscode.Disposable;

  constructor(catalogues: Catalogues, search: IssueSearch, memory: vscode.Memento) {
    this.catalogues = catalogues;
    this.memory = memory;
    this.subscription = search.onDidFind((source) => void this.load(source).catch(() => undefined));
  }

  /** Of this or an earlier window; null: nobody has looked. */
  countsOf(source: string): IssueCounts | null {
    const known = this.counts.get(source) ?? readCounts(this.memory.get(memoryKey(source)));
    return known && Object.keys(known).length > 0 ? known : null;
  }

  /** @param path relative to the data set's root */
  kindsOf(source: string, path: string): readonly FindingKind[] {
    return this.kinds.get(source)?.get(path) ?? [];
  }

  /** Reads counts and marks anew from the data set's catalogue. */
  async load(source: string): Promise<IssueCounts> {
    const catalogue = this.catalogues.of(source);
    await catalogue.refresh();
    const counts = await catalogue.ask<'issueCounts'>({ type: 'issueCounts', thresholds: defaultThresholds });
    this.remember(source, counts);
    this.follow(source, catalogue);
    const kinds = new Map<string, FindingKind[]>();
    for (const kind of flagged) {
      if (!counts[kind]) continue;
      for (let offset = 0; offset < MOST_FLAGGED; offset += PAGE) {
        const { total, rows } = await this.page(source, kind, offset, PAGE);
        for (const row of rows) mark(kinds, row);
        if (rows.length === 0 || offset + rows.length >= total) break;
      }
    }
    this.kinds.set(source, kinds);
    this.changed.fire(source);
    return counts;
  }

  /** Candidates of a kind, the surest first. */
  async page(source: string, kind: FindingKind, offset: number, limit: number) {
    return await this.catalogues.of(source).ask<'issues'>({
      type: 'issues',
      kind,
      thresholds: defaultThresholds,
      query: { text: '' },
      mode: labelSwitch['high-precision'],
      score: 'normalized-margin',
      offset,
      limit,
    });
  }

  dispose(): void {
    this.subscription.dispose();
    this.changed.dispose();
  }

  /** Whoever asks the catalogue for its overview keeps the counts of the tree true. */
  private follow(source: string, catalogue: CatalogueProcess): void {
    if (this.followed.has(catalogue)) return;
    this.followed.add(catalogue);
    catalogue.onDidChange(() => {
      const issues = catalogue.overview?.issues;
      if (issues && catalogue.state.kind === 'ready') this.remember(source, issues);
    });
  }

  private remember(source: string, counts: IssueCounts): void {
    if (JSON.stringify(counts) === JSON.stringify(this.countsOf(source) ?? {})) return;
    this.counts.set(source, counts);
    void this.memory.update(memoryKey(source), counts);
    this.changed.fire(source);
  }
}

function mark(kinds: Map<string, FindingKind[]>, row: IssueRow): void {
  for (const { path } of row.images) {
    const known = kinds.get(path);
    if (!known) kinds.set(path, [row.kind]);
    else if (!known.includes(row.kind)) known.push(row.kind);
  }
}

function readCounts(value: unknown): IssueCounts | null {
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value).filter(([kind, count]) => isFindingKind(kind) && typeof count === 'number');
  const counts: IssueCounts = {};
  for (const kind of findingKinds) {
    const found = entries.find(([name]) => name === kind)?.[1];
    if (typeof found === 'number') counts[kind] = found;
  }
  return counts;
}

function memoryKey(source: string): string {
  return `loupe.issues:${source}`;
}
