import fs from 'node:fs';
import path from 'node:path';
import type { CurveSeries } from '../../protocol/compare.ts';
import type { EpochEvent, JobEvent } from '../../protocol/events.ts';
import { errnoOf } from '../fs-problem.ts';
import { jobFiles } from '../job.ts';
import { parseEvent } from '../read-events.ts';
import { CurveBuckets } from './curve-buckets.ts';
import { StepLineReader } from './step-line.ts';

const NEWLINE = 0x0a;
const CHUNK_BYTES = 4 * 2 ** 20;
const RESUME = '"kind":"resume"';

/** Figures of an epoch, as curves are named. */
const epochCurves = {
  val_loss: (event: EpochEvent) => event.validationLoss,
  val_accuracy: (event: EpochEvent) => event.validationAccuracy,
  balanced_accuracy: (event: EpochEvent) => event.balancedAccuracy ?? null,
  macro_f1: (event: EpochEvent) => event.macroF1 ?? null,
} as const;

type CurveName = 'loss' | 'accuracy' | 'learning_rate' | keyof typeof epochCurves;

/**
 * The curves of one run as few points, read from its events; each `refresh` reads what was appended. Steps that a later resume
 * superseded are left out: where one is met, the file is read again with all its resumes known.
 */
export class RunCurves {
  private readonly file: string;
  private readonly curves: Record<CurveName, CurveBuckets>;
  private readonly reader = new StepLineReader();
  private offset = 0;
  private inode = 0;
  /** Steps after `step` that stand before `at` in the file are void. */
  private resumes: { at: number; step: number }[] = [];
  private stepsPerEpoch: number | null = null;
  private last = { t: 0, step: 0, seconds: 0 };
  private paused = true;

  /** @param points of a curve at most; even. */
  constructor(runFolder: string, points: number) {
    this.file = path.join(runFolder, jobFiles.events);
    const curve = () => new CurveBuckets(points);
    this.curves = {
      loss: curve(),
      accuracy: curve(),
      learning_rate: curve(),
      val_loss: curve(),
      val_accuracy: curve(),
      balanced_accuracy: curve(),
      macro_f1: curve(),
    };
  }

  /** Returns whether anything came. A missing file has no curves. */
  refresh(): boolean {
    let handle: number;
    try {
      handle = fs.openSync(this.file, 'r');
    } catch (error) {
      if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return false;
      throw error;
    }
    try {
      const { size, ino } = fs.fstatSync(handle);
      if (size < this.offset || (this.inode !== 0 && ino !== this.inode)) this.restart([]);
      this.inode = ino;
      const before = this.offset;
      while (!this.readTo(handle, size)) this.restart(findResumes(handle, size));
      return this.offset !== before;
    } finally {
      fs.closeSync(handle);
    }
  }

  series(): Record<string, CurveSeries> {
    const all = Object.entries(this.curves).map(([name, curve]) => [name, curve.series()] as const);
    return Object.fromEntries(all.filter((entry): entry is [CurveName, CurveSeries] => entry[1] !== null));
  }

  private restart(resumes: { at: number; step: number }[]): void {
    for (const curve of Object.values(this.curves)) curve.clear();
    this.offset = 0;
    this.resumes = resumes;
    this.last = { t: 0, step: 0, seconds: 0 };
    this.paused = true;
  }

  /** @returns false where a resume was met that makes earlier steps void and was not known. */
  private readTo(handle: number, size: number): boolean {
    let room = CHUNK_BYTES;
    while (this.offset < size) {
      const buffer = Buffer.allocUnsafe(Math.min(room, size - this.offset));
      const read = fs.readSync(handle, buffer, 0, buffer.length, this.offset);
      const end = read > 0 ? buffer.lastIndexOf(NEWLINE, read - 1) : -1;
      if (end >= 0) {
        if (!this.takeLines(buffer, end)) return false;
        this.offset += end + 1;
        room = CHUNK_BYTES;
      } else if (read > 0 && this.offset + read < size) room *= 2;
      else break;
    }
    return true;
  }

  private takeLines(buffer: Buffer, end: number): boolean {
    for (let start = 0; start < end; ) {
      const newline = buffer.indexOf(NEWLINE, start);
      if (this.reader.read(buffer, start)) this.takeStep(this.offset + start);
      else if (!this.takeEvent(parseEvent(buffer.toString('utf8', start, newline)), this.offset + start)) return false;
      start = newline + 1;
    }
    return true;
  }

  private takeEvent(event: JobEvent | null, at: number): boolean {
    if (event?.kind === 'plan') this.stepsPerEpoch = event.stepsPerEpoch;
    if (event?.kind === 'step') {
      Object.assign(this.reader.point, event);
      this.takeStep(at);
    }
    if (event?.kind === 'epoch' && !this.isVoid(event.step, at)) this.takeEpoch(event);
    if (event?.kind === 'resume') {
      this.paused = true;
      const isKnown = this.resumes.some((resume) => resume.at === at);
      if (!isKnown && event.step < this.last.step) return false;
    }
    return true;
  }

  private takeStep(at: number): void {
    const { t, step, epoch, loss, accuracy, learningRate, ms } = this.reader.point;
    if (this.isVoid(step, at)) return;
    const seconds = this.last.seconds + (this.paused ? ms : Math.max(0, t - this.last.t)) / 1000;
    this.paused = false;
    this.last.t = t;
    this.last.step = step;
    this.last.seconds = seconds;
    const epochs = this.stepsPerEpoch ? step / this.stepsPerEpoch : epoch;
    this.curves.loss.add(step, epochs, seconds, loss);
    this.curves.accuracy.add(step, epochs, seconds, accuracy);
    this.curves.learning_rate.add(step, epochs, seconds, learningRate);
  }

  private takeEpoch(event: EpochEvent & { t: number }): void {
    const seconds = this.last.seconds + (this.paused ? 0 : Math.max(0, event.t - this.last.t) / 1000);
    for (const [name, read] of Object.entries(epochCurves) as [
      keyof typeof epochCurves,
      (typeof epochCurves)['val_loss'],
    ][]) {
      const value = read(event);
      if (value !== null) this.curves[name].add(event.step, event.epoch, seconds, value);
    }
  }

  private isVoid(step: number, at: number): boolean {
    return this.resumes.some((resume) => at < resume.at && step > resume.step);
  }
}

/** Where every resume stands in the file: searched for, not parsed, as they are few. */
function findResumes(handle: number, size: number): { at: number; step: number }[] {
  const resumes: { at: number; step: number }[] = [];
  // A line's beginning is needed with its mark: pieces overlap by more than a resume line has.
  const overlap = 256;
  for (let from = 0; from < size; from += CHUNK_BYTES) {
    const buffer = Buffer.alloc(Math.min(CHUNK_BYTES + overlap, size - from));
    fs.readSync(handle, buffer, 0, buffer.length, from);
    for (let mark = buffer.indexOf(RESUME); mark >= 0; mark = buffer.indexOf(RESUME, mark + 1)) {
      const start = buffer.lastIndexOf(NEWLINE, mark) + 1;
      const end = buffer.indexOf(NEWLINE, mark);
      const event = end < 0 ? null : parseEvent(buffer.toString('utf8', start, end));
      if (event?.kind === 'resume' && !resumes.some(({ at }) => at === from + start)) {
        resumes.push({ at: from + start, step: event.step });
      }
    }
  }
  return resumes;
}
