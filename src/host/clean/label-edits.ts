import { type Edit, editOf, stampEdits } from '../../dataset/journal/edits.ts';
import { distinctLines } from '../../dataset/journal/effective.ts';
import type { JournalLine } from '../../protocol/journal.ts';

/** What the user did at one stroke: lines that are undone and redone together. */
export interface LabelAction {
  /** As the Edit menu calls it, e.g. `Relabel 3 images to tulip`. */
  label: string;
  lines: JournalLine[];
  /** The lines are in the file. */
  written: boolean;
  /** What the file says of them; false while they are not written. */
  countsInFile: boolean;
  /** What the user wants of them. */
  counts: boolean;
  /** Lines that make the file say what the user wants, once the lines are written. */
  turn: JournalLine[];
}

export interface ActOptions {
  /** The data set's name in the journal. */
  data: string;
  by?: string;
  /** Milliseconds since 1970. */
  now?: number;
}

/**
 * A journal with edits that are not saved yet. The file is only ever added to: before a save an action can be taken back without
 * a trace, afterwards it is taken back by an `undo` line.
 */
export class LabelEdits {
  #file: JournalLine[];
  #actions: LabelAction[] = [];
  #version = 0;

  /** @param file lines of the journal as it lies on the disk */
  constructor(file: readonly JournalLine[]) {
    this.#file = [...file];
  }

  /** Changes with every edit. */
  get version(): number {
    return this.#version;
  }

  /** All lines, those that are not saved at the end. */
  get lines(): JournalLine[] {
    return [...this.#file, ...this.pending()];
  }

  /** What a save adds to the file, in order. */
  pending(): JournalLine[] {
    return this.#actions.flatMap(({ written, counts, lines, turn }) => (written ? turn : counts ? lines : []));
  }

  /** An action of the user, which counts at once. @param edits at least one */
  act(label: string, edits: readonly Edit[], { data, by, now }: ActOptions): LabelAction {
    const lines = stampEdits(edits, {
      data,
      after: this.lines,
      ...(by !== undefined && { by }),
      ...(now !== undefined && { now }),
    });
    const action = { label, lines, written: false, countsInFile: false, counts: true, turn: [] };
    this.#actions.push(action);
    this.#version++;
    return action;
  }

  undo(action: LabelAction): void {
    this.#turn(action, false);
  }

  redo(action: LabelAction): void {
    this.#turn(action, true);
  }

  /** The pending lines are in the file now. @param file its lines */
  saved(file: readonly JournalLine[]): void {
    for (const action of this.#actions) {
      if (action.counts) action.written = true;
      action.countsInFile = action.written && action.counts;
      action.turn = [];
    }
    this.#file = [...file];
    this.#version++;
  }

  /** Back to what the file says; actions that were never saved are gone. @param file its lines */
  reverted(file: readonly JournalLine[]): void {
    this.#actions = this.#actions.filter(({ written }) => written);
    for (const action of this.#actions) {
      action.counts = action.countsInFile;
      action.turn = [];
    }
    this.#file = [...file];
    this.#version++;
  }

  /** Somebody else has added to the file, or git has merged it; what is not saved stays. Returns whether anything is new. */
  fileChanged(file: readonly JournalLine[]): boolean {
    const before = new Set(this.#file.map(({ id }) => id));
    if (file.length === this.#file.length && file.every(({ id }) => before.has(id))) return false;
    this.#file = [...file];
    this.#version++;
    return true;
  }

  /** Takes over what an earlier window had not saved. @returns the action; null: there was nothing */
  restore(label: string, lines: readonly JournalLine[]): LabelAction | null {
    const known = new Set(this.#file.map(({ id }) => id));
    const missing = distinctLines(lines).filter(({ id }) => !known.has(id));
    if (missing.length === 0) return null;
    const action = { label, lines: missing, written: false, countsInFile: false, counts: true, turn: [] };
    this.#actions.push(action);
    this.#version++;
    return action;
  }

  #turn(action: LabelAction, counts: boolean): void {
    if (action.counts === counts || !this.#actions.includes(action)) return;
    action.counts = counts;
    this.#version++;
    if (!action.written) return;
    action.turn = [];
    if (counts === action.countsInFile) return;
    const edits = action.lines.map((line) => (counts ? editOf.redo(line) : editOf.undo(line)));
    const [first] = action.lines;
    if (first) action.turn = stampEdits(edits, { data: first.data, after: this.lines });
  }
}
