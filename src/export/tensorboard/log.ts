import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeAtomic } from '../../files.ts';
import { readJob } from '../../jobs/read.ts';
import { EventTail } from '../../jobs/read-events.ts';
import { currentEvents } from '../current-events.ts';
import { cardRecord, openingRecords, recordsOf } from './run-records.ts';

/** What TensorBoard looks for in a name, and what tells our files from others. */
const PREFIX = 'events.out.tfevents';
const SUFFIX = '.loupe';

/**
 * A TensorBoard event file that keeps up with a run's `events.jsonl`. It is written anew from there when it is opened, so that
 * what a resume superseded, or a crash left half written, is not in it.
 */
export class TensorBoardLog {
  readonly file: string;
  readonly #tail: EventTail;

  /**
   * @param folder the log's; event files that an earlier session of the run wrote there are replaced
   * @throws the file system's own error
   */
  constructor(runFolder: string, folder: string) {
    const { config, createdAt } = readJob(runFolder);
    this.#tail = new EventTail(runFolder);
    fs.mkdirSync(folder, { recursive: true });
    const earlier = fs.readdirSync(folder).filter((name) => name.startsWith(PREFIX) && name.endsWith(SUFFIX));
    const seconds = String(Math.floor(Date.now() / 1000)).padStart(10, '0');
    this.file = path.join(folder, `${PREFIX}.${seconds}.${os.hostname()}.${process.pid}${SUFFIX}`);
    const events = currentEvents(this.#tail.read().events);
    const records = [...openingRecords(config, Date.parse(createdAt) / 1000), ...events.flatMap(recordsOf)];
    writeAtomic(this.file, Buffer.concat(records));
    for (const name of earlier) if (name !== path.basename(this.file)) fs.rmSync(path.join(folder, name));
  }

  /** Writes what has happened since the last call. @throws the file system's own error */
  update(): void {
    this.#append(this.#tail.read().events.flatMap(recordsOf));
  }

  addCard(card: string): void {
    this.#append([cardRecord(card, Date.now() / 1000)]);
  }

  #append(records: readonly Uint8Array[]): void {
    if (records.length > 0) fs.appendFileSync(this.file, Buffer.concat(records));
  }
}
