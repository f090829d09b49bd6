import { stripVTControlCharacters } from 'node:util';
import { bar, count, duration } from './format.ts';
import { displayWidth } from './table.ts';
import type { Terminal } from './terminal.ts';

const BAR_WIDTH = 20;
const PLAIN_MS = 5000;

/** How far something is, for a screen (`text`), and for a program (the rest). */
export interface ProgressReport {
  what: string;
  done: number;
  total: number | null;
  /** What stands behind the bar. */
  text?: string;
  /** Seconds, where they can be told. */
  eta?: number | null;
  /** More for `--progress json`. */
  fields?: Record<string, unknown>;
}

/** Progress on stderr: one line that is painted over, a plain line now and then, or a JSON line each time. */
export class ProgressLine {
  private readonly terminal: Terminal;
  private shown = false;
  private plainAt = performance.now();
  private last: ProgressReport | null = null;

  constructor(terminal: Terminal) {
    this.terminal = terminal;
  }

  report(report: ProgressReport): void {
    this.last = report;
    switch (this.terminal.progress) {
      case 'bar':
        this.paint(report);
        break;
      case 'json':
        this.write(
          `${JSON.stringify({ what: report.what, done: report.done, total: report.total, ...report.fields })}\n`,
        );
        break;
      case 'plain':
        if (performance.now() - this.plainAt < PLAIN_MS) return;
        this.plainAt = performance.now();
        this.write(`${progressText(report)}\n`);
        break;
    }
  }

  /** A line that stays, above the bar. Left out of `--progress json` and `none`. */
  line(text: string): void {
    if (this.terminal.progress === 'json' || this.terminal.progress === 'none') return;
    this.clear();
    this.write(`${text}\n`);
    this.plainAt = performance.now();
    if (this.terminal.progress === 'bar' && this.last) this.paint(this.last);
  }

  /** Takes the bar away. */
  end(): void {
    this.clear();
    this.last = null;
  }

  private paint(report: ProgressReport): void {
    const columns = this.terminal.stderr.columns ?? 80;
    this.write(`\r${shorten(progressText(report), columns - 1)}\x1b[K`);
    this.shown = true;
  }

  private clear(): void {
    if (this.shown) this.write('\r\x1b[K');
    this.shown = false;
  }

  private write(text: string): void {
    this.terminal.stderr.write(text);
  }
}

/** `Scanning 40 %  ████████░░░░░░░░░░░░  400 / 1,000  ETA 3 s` */
export function progressText({ what, done, total, text, eta }: ProgressReport): string {
  const parts = [what];
  if (total) parts.push(`${bar(done / total, BAR_WIDTH)} ${String(Math.floor((done / total) * 100)).padStart(3)}%`);
  parts.push(text ?? (total ? `${count(done)} / ${count(total)}` : count(done)));
  if (eta !== undefined && eta !== null && Number.isFinite(eta)) parts.push(`ETA ${duration(eta)}`);
  return parts.join('  ');
}

function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let shorter = stripVTControlCharacters(text);
  while (displayWidth(shorter) > width - 1) shorter = shorter.slice(0, -1);
  return `${shorter}…`;
}
