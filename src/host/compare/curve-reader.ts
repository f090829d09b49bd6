import type { ForeignRun } from '../../interop/foreign/foreign-run.ts';
import { RunCurves } from '../../jobs/compare/run-curves.ts';
import { isActive } from '../../jobs/status.ts';
import type { ComparedRun, CurveSeries } from '../../protocol/compare.ts';

/** Curves beyond this many runs get half the points: they are drawn a few pixels wide at most. */
const MANY = 60;
const BREATHE_MS = 12;

export interface Curves {
  id: string;
  series: Record<string, CurveSeries>;
}

/** Keeps the curves of the compared runs, and reads what is new: a piece at a time, so that the host never waits long. */
export class CurveReader {
  private readonly known = new Map<string, RunCurves>();
  private readonly read = new Set<string>();
  private readonly foreign: (id: string) => ForeignRun | undefined;
  private generation = 0;

  constructor(foreign: (id: string) => ForeignRun | undefined) {
    this.foreign = foreign;
  }

  /** Forgets what the page has: everything is sent again. What was read stays. */
  resend(): void {
    this.read.clear();
  }

  /**
   * Curves that are new or have grown, in pieces of some milliseconds' work; a later call ends an earlier one.
   * @param send with how many runs are still to come
   */
  async update(runs: readonly ComparedRun[], send: (curves: Curves[], waiting: number) => void): Promise<void> {
    const generation = ++this.generation;
    const due = runs.filter((run) => !this.read.has(run.id) || isActive(run.state));
    let piece: Curves[] = [];
    let breathedAt = performance.now();
    for (const [at, run] of due.entries()) {
      const curves = this.curvesOf(run, runs.length > MANY ? 160 : 320);
      if (curves) piece.push(curves);
      if (performance.now() - breathedAt < BREATHE_MS && at < due.length - 1) continue;
      if (piece.length > 0 || at === due.length - 1) send(piece, due.length - 1 - at);
      for (const { id } of piece) this.read.add(id);
      piece = [];
      await new Promise((resolve) => setImmediate(resolve));
      if (generation !== this.generation) return;
      breathedAt = performance.now();
    }
  }

  /** null: nothing new. */
  private curvesOf(run: ComparedRun, points: number): Curves | null {
    if (run.foreign !== null) {
      const curves = this.foreign(run.id)?.curves;
      return curves ? { id: run.id, series: curves } : null;
    }
    const known = this.known.get(run.id) ?? new RunCurves(run.id, points);
    this.known.set(run.id, known);
    const grew = known.refresh();
    return grew || !this.read.has(run.id) ? { id: run.id, series: known.series() } : null;
  }
}
