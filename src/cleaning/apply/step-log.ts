import fs from 'node:fs';
import path from 'node:path';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { isRecord } from '../../jobs/record.ts';
import type { StepRecord } from '../../protocol/apply.ts';

/** Names of everything in `.loupe/applied/<id>`. */
export const appliedFiles = {
  plan: 'plan.json',
  steps: 'steps.jsonl',
  undo: 'undo.jsonl',
  /** The new text of a manifest. */
  manifest: 'manifest',
  /** Its presence says that the journal knows of everything that was done. */
  settled: 'settled',
  undone: 'undone',
} as const;

/** What became of each step so far. A torn last line is passed over: what was done is seen on the disk. */
export class StepLog {
  readonly #file: string;
  readonly #last = new Map<number, StepRecord>();

  constructor(folder: string, name: typeof appliedFiles.steps | typeof appliedFiles.undo) {
    this.#file = path.join(folder, name);
    if (!fs.existsSync(this.#file)) return;
    const text = fs.readFileSync(this.#file, 'utf8');
    for (const line of text.split('\n')) {
      const record = parseRecord(line);
      if (record) this.#last.set(record.step, record);
    }
    if (text && !text.endsWith('\n')) fs.appendFileSync(this.#file, '\n');
  }

  /** The last record of a step; undefined: it was never begun. */
  of(step: number): StepRecord | undefined {
    return this.#last.get(step);
  }

  all(): StepRecord[] {
    return [...this.#last.values()].sort((a, b) => a.step - b.step);
  }

  /** The record is on the disk when this returns. @throws Problem `disk-full`, `no-permission`, `folder-missing` */
  add(record: StepRecord): void {
    try {
      const handle = fs.openSync(this.#file, 'a');
      try {
        fs.writeSync(handle, `${JSON.stringify(record)}\n`);
        fs.fsyncSync(handle);
      } finally {
        fs.closeSync(handle);
      }
    } catch (error) {
      throw fsProblem(error, 'write', this.#file);
    }
    this.#last.set(record.step, record);
  }
}

function parseRecord(line: string): StepRecord | null {
  if (!line) return null;
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) && typeof value.step === 'number' ? (value as unknown as StepRecord) : null;
  } catch {
    return null;
  }
}
