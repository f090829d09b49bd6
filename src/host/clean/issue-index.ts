import * as vscode from 'vscode';
import { isRecord } from '../../jobs/record.ts';
import type { IssueRow, Overview, StyleNote } from '../../protocol/catalogue.ts';
import { defaultThresholds, type FindingKind, findingKinds, labelSwitch } from '../../protocol/findings.ts';
import type { CatalogueProcess } from '../inspect/catalogue-process.ts';
import type { Catalogues } from '../inspect/catalogues.ts';
import type { IssueSearch } from './issue-search.ts';
import { isFindingKind } from './kinds.ts';
import type { LabelJournal, LabelJournals } from './label-journals.ts';

export type IssueCounts = Partial<Record<FindingKind, number>>;

/** Kinds that are worth a mark on a file; of the others there may be as many as images. */
const flagged: readonly FindingKind[] = [
  ...(['unreadable', 'label', 'conflicting-labels', 'split-leak', 'exact-duplicate', 'near-duplicate'] as const),
  ...(['blurry', 'dark', 'light', 'low-information', 'outlier'] as const),
];
/** Milliseconds after an edit until the counts follow, unless a panel has asked by then. */
const FOLLOW_MS = 500;
/** Files that are marked for one kind at most. */
const MOST_FLAGGED = 2_000;
const PAGE = 500;

/** What was found in the data sets of this window: counts for the tree, and which files to mark. */
export class IssueIndex implements vscode.Disposable {
  private readonly catalogues: Catalogues;
  private readonly memory: vscode.Memento;
  private readonly counts = new Map<string, IssueCounts>();
  private readonly styles = new Map<string, readonly StyleNote[]>();
  private readonly kinds = new Map<string, Map<string, FindingKind[]>>();
  private readonly changed = new vscode.EventEmitter<string>();
  /** Counts or marks of a source. */
  readonly onDidChange = this.changed.event;
  private readonly followed = new Set<CatalogueProcess>();
  private readonly journals: LabelJournals;
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly subscription: vscode.Disposable;

  constructor(parts: {
    catalogues: Catalogues;
    search: IssueSearch;
    journals: LabelJournals;
    memory: vscode.Memento;
  }) {
    this.catalogues = parts.catalogues;
    this.journals = parts.journals;
    this.memory = parts.memory;
    this.subscription = vscode.Disposable.from(
      parts.search.onDidFind((source) => void this.load(source).catch(() => undefined)),
      parts.journals.onDidChange((journal) => this.edited(journal)),
    );
  }

  /** Of this or an earlier window; null: nobody has looked. */
  countsOf(source: string): IssueCounts | null {
    let known = this.counts.get(source);
    if (!known) {
      known = readCounts(this.memory.get(memoryKey(source))) ?? {};
      this.counts.set(source, known);
    }
    return known && Object.keys(known).length > 0 ? known : null;
  }

  /** What most images of the set have and what is no issue for that; of this or an earlier window. */
  styleOf(source: string): readonly StyleNote[] {
    let known = this.styles.get(source);
    if (!known) {
      known = readStyle(this.memory.get(styleKey(source)));
      this.styles.set(source, known);
    }
    return known;
  }

  /** The first question after a reload of the window reads them from the catalogue. @param path relative to the data set's root */
  kindsOf(source: string, path: string): readonly FindingKind[] {
    const kinds = this.kinds.get(source);
    if (kinds) return kinds.get(path) ?? [];
    if (vscode.workspace.isTrusted && this.countsOf(source)) {
      this.kinds.set(source, new Map());
      void this.load(source).catch(() => undefined);
    }
    return [];
  }

  /** Reads counts and marks anew from the data set's catalogue. */
  async load(source: string): Promise<IssueCounts> {
    const catalogue = this.catalogues.of(source);
    const { style } = await this.refresh(source);
    const counts = await catalogue.ask<'issueCounts'>({ type: 'issueCounts', thresholds: defaultThresholds });
    this.remember(source, counts, style);
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

  /** With what is not saved yet, which the catalogue can't read. */
  private async refresh(source: string): Promise<Overview> {
    const journal = this.journals.of(source);
    const name = journal.nameOf(source);
    const pending = journal.edits.pending().filter(({ data }) => data === name);
    return await this.catalogues.of(source).ask<'refresh'>({ type: 'refresh', pending });
  }

  /** Decided, undone or saved, here or elsewhere: another count waits for a decision. */
  private edited(journal: LabelJournal): void {
    for (const source of this.counts.keys()) {
      if (this.journals.of(source) !== journal || !this.countsOf(source)) continue;
      const { overview } = this.catalogues.of(source);
      clearTimeout(this.timers.get(source));
      const timer = setTimeout(() => {
        const catalogue = this.catalogues.of(source);
        this.follow(source, catalogue);
        if (catalogue.overview === overview) void this.refresh(source).catch(() => undefined);
      }, FOLLOW_MS);
      this.timers.set(source, timer);
    }
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.subscription.dispose();
    this.changed.dispose();
  }

  /** Whoever asks the catalogue for its overview keeps the counts of the tree true. */
  private follow(source: string, catalogue: CatalogueProcess): void {
    if (this.followed.has(catalogue)) return;
    this.followed.add(catalogue);
    catalogue.onDidChange(() => {
      const { overview } = catalogue;
      if (overview && catalogue.state.kind === 'ready') this.remember(source, overview.issues, overview.style);
    });
  }

  private remember(source: string, counts: IssueCounts, style: readonly StyleNote[]): void {
    const before = JSON.stringify([this.countsOf(source) ?? {}, this.styleOf(source)]);
    if (JSON.stringify([counts, style]) === before) return;
    this.counts.set(source, counts);
    this.styles.set(source, style);
    void this.memory.update(memoryKey(source), counts);
    void this.memory.update(styleKey(source), style);
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

function readStyle(value: unknown): StyleNote[] {
  return Array.isArray(value) ? value.filter(isStyleNote) : [];
}

function isStyleNote(value: unknown): value is StyleNote {
  if (!isRecord(value) || !isFindingKind(value.kind)) return false;
  return typeof value.text === 'string' && typeof value.query === 'string' && typeof value.images === 'number';
}

function styleKey(source: string): string {
  return `loupe.style:${source}`;
}

function memoryKey(source: string): string {
  return `loupe.issues:${source}`;
}
