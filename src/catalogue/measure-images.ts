import { once } from 'node:events';
import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { workerUrl } from '../entries.ts';
import type { ImageMeasures } from '../images/measures/measures.ts';
import type { Catalogue } from './catalogue.ts';
import type { MeasureResult, MeasureTask } from './measure-protocol.ts';
import { measureRecord, type UnmeasuredImage } from './measure-record.ts';
import { imageThreadLimits } from './thread-limits.ts';

export interface MeasureOptions {
  /** Threads; default: as many as there are cores, at most 8. */
  workers?: number | undefined;
  /** At most ten times a second, and once at the end. @param done images measured, of `total` that were not */
  onProgress?: ((done: number, total: number) => void) | undefined;
  /** What was measured until then is kept. */
  signal?: AbortSignal | undefined;
}

const TASK_IMAGES = 32;
/** Fewer are measured before threads would have started. */
const FEW_IMAGES = 64;
/** Rows are read from the catalogue so many at a time. */
const READ_AHEAD = 512;
/** How often results are written; every write makes queries compute their order anew. */
const WRITE_MS = 2000;
const PROGRESS_MS = 100;
/** Another process that has written within so long measures too: then this one begins at the other end. */
const CLAIM_MS = 10_000;
const CLAIM = 'measuring';
const LOOK_MS = 200;

/**
 * Measures every image of which nothing is measured yet, each content once, and keeps the results as they come.
 * @returns how many contents were measured, and of how many files that can't be read any more
 * @throws the signal's reason when aborted
 */
export async function measureImages(
  catalogue: Catalogue,
  options: MeasureOptions = {},
): Promise<{ measured: number; failed: number }> {
  const pass = new MeasurePass(catalogue, options);
  try {
    if (pass.total === 0) return pass.result;
    const wanted = options.workers ?? Math.min(8, os.availableParallelism());
    const isFew = pass.total <= FEW_IMAGES;
    const threads = isFew
      ? []
      : Array.from({ length: Math.min(wanted, Math.ceil(pass.total / TASK_IMAGES)) }, startThread);
    try {
      const measurers = isFew ? [measureHere] : threads.map((thread) => (task: MeasureTask) => askThread(thread, task));
      await Promise.all(measurers.map((measure) => pass.work(measure)));
      await pass.othersDone();
    } finally {
      await Promise.all(threads.map((thread) => thread.terminate()));
    }
    return pass.result;
  } finally {
    pass.end();
  }
}

type Measurer = (task: MeasureTask) => Promise<(ImageMeasures | null)[]>;

/** Hands out what is not measured, collects and writes results. */
class MeasurePass {
  readonly total: number;
  readonly result = { measured: 0, failed: 0 };
  readonly #catalogue: Catalogue;
  readonly #options: MeasureOptions;
  readonly #root: string;
  readonly #given = new Set<string>();
  readonly #isSecond: boolean;
  #ahead: (UnmeasuredImage & { id: number })[] = [];
  #last: number;
  #results: { hash: string; measures: ImageMeasures }[] = [];
  #writtenAt = performance.now();
  #toldAt = 0;

  constructor(catalogue: Catalogue, options: MeasureOptions) {
    this.#catalogue = catalogue;
    this.#options = options;
    this.#root = catalogue.facts.root;
    this.total = Number(catalogue.get('SELECT count(DISTINCT hash) AS n FROM images WHERE brightness IS NULL')?.n);
    this.#isSecond = this.total > 0 && isClaimedByOther(catalogue);
    this.#last = this.#isSecond ? catalogue.end : -1;
    if (this.total > 0 && !this.#isSecond) claim(catalogue);
  }

  async work(measure: Measurer): Promise<void> {
    for (let images = this.#take(); images.length > 0; images = this.#take()) {
      this.#options.signal?.throwIfAborted();
      const measures = await measure({ root: this.#root, images });
      for (const [at, { hash }] of images.entries()) {
        const found = measures[at];
        if (found) this.#results.push({ hash, measures: found });
        else this.result.failed++;
      }
      this.#write(false);
      this.#tell(false);
    }
  }

  /** What the process that began at the other end has still in hand is waited for, as long as it is heard of. */
  async othersDone(): Promise<void> {
    if (!this.#isSecond) return;
    this.#write(true);
    while (isClaimedByOther(this.#catalogue) && this.#catalogue.unmeasured(1).length > 0) {
      await delay(LOOK_MS, undefined, { signal: this.#options.signal });
    }
  }

  end(): void {
    this.#write(true);
    this.#tell(true);
  }

  /** Copies of a content that is being measured are passed over. */
  #take(): UnmeasuredImage[] {
    const taken: UnmeasuredImage[] = [];
    while (taken.length < TASK_IMAGES) {
      const next = this.#ahead.pop() ?? this.#readAhead();
      if (!next) break;
      if (this.#given.has(next.hash)) continue;
      this.#given.add(next.hash);
      taken.push({ path: next.path, hash: next.hash, format: next.format });
    }
    return taken;
  }

  #readAhead(): (UnmeasuredImage & { id: number }) | undefined {
    this.#ahead = this.#catalogue.unmeasured(READ_AHEAD, this.#last, this.#isSecond).reverse();
    this.#last = this.#ahead[0]?.id ?? this.#last;
    return this.#ahead.pop();
  }

  #write(isEnd: boolean): void {
    const now = performance.now();
    if (this.#results.length === 0 || (!isEnd && now - this.#writtenAt < WRITE_MS)) return;
    this.#writtenAt = now;
    const rows = this.#results;
    this.#results = [];
    this.#catalogue.writeMeasures(rows);
    if (!this.#isSecond) claim(this.#catalogue);
    this.result.measured += rows.length;
    for (const { hash } of rows) this.#given.delete(hash);
  }

  #tell(isEnd: boolean): void {
    const now = performance.now();
    if (!isEnd && now - this.#toldAt < PROGRESS_MS) return;
    this.#toldAt = now;
    this.#options.onProgress?.(this.result.measured + this.#results.length + this.result.failed, this.total);
  }
}

/** Says that this process measures: two of them meet in the middle instead of doing all twice. */
function claim(catalogue: Catalogue): void {
  catalogue.remember(CLAIM, JSON.stringify({ pid: process.pid, at: Date.now() }));
}

function isClaimedByOther(catalogue: Catalogue): boolean {
  const text = catalogue.meta(CLAIM);
  if (text === null) return false;
  const { pid, at } = JSON.parse(text) as { pid: number; at: number };
  return pid !== process.pid && Date.now() - at < CLAIM_MS;
}

async function measureHere({ root, images }: MeasureTask): Promise<(ImageMeasures | null)[]> {
  return await Promise.all(images.map((image) => measureRecord(root, image)));
}

function startThread(): Worker {
  const options = { name: 'measure', execArgv: [], resourceLimits: imageThreadLimits };
  return new Worker(workerUrl('catalogue/measure.worker.ts'), options);
}

async function askThread(thread: Worker, task: MeasureTask): Promise<(ImageMeasures | null)[]> {
  const answer = once(thread, 'message') as Promise<[MeasureResult]>;
  thread.postMessage(task);
  const [result] = await answer;
  if ('error' in result) throw new Error(result.error);
  return result.measures;
}
