import os from 'node:os';
import { Worker } from 'node:worker_threads';
// On Linux sharp must be loaded by the main thread before a worker does.
import 'sharp';
import type { ImageRecord } from '../dataset/types.ts';
import type { ImageBatch } from '../engines/engine.ts';
import { workerUrl } from '../entries.ts';
import { isAugmenting, isMixing } from '../images/augment/augmenter.ts';
import { type DecodeSettings, decodedSize } from '../images/preprocess.ts';
import { Problem } from '../problem.ts';
import type {
  BatchReady,
  FromLoader,
  ImageFailed,
  LoaderAugment,
  LoaderSetup,
  PassRequest,
  ToLoader,
} from './loader-protocol.ts';

export interface LoaderOptions {
  /** Folder that the images' paths are relative to. */
  root: string;
  images: ImageRecord[];
  settings: DecodeSettings;
  batchSize: number;
  /** What passes with an `epoch` do to the images; default: nothing. */
  augment?: LoaderAugment;
  /** Worker threads to begin with; default 1. What a pass gives does not depend on it. */
  workers?: number;
  /** Folder of the decoded cache; default: in `cacheRoot()`. */
  cacheFolder?: string;
  /** Batches held ready. */
  prefetch?: number;
  /** Script of the worker; default: the loader's own. */
  worker?: URL;
  onFailed?: (failure: Omit<ImageFailed, 'type'>) => void;
  onCacheOff?: (message: string) => void;
}

/** Valid until the next batch is asked for. */
export interface LoadedBatch extends ImageBatch {
  /** [size], position of each image in `LoaderOptions.images`. */
  indices: Int32Array;
  /** Milliseconds that the caller waited for this batch. */
  waitMs: number;
  /** Milliseconds that its augmentation took in a worker. */
  augmentMs: number;
}

export interface PassOptions {
  /** First batch (counted from 0) and the one after the last; default: all. */
  from?: number;
  to?: number;
  /** What becomes of an image that can't be decoded: the next one of the order takes its place, or the batch gets smaller. */
  failed: 'replace' | 'drop';
  /** Counted from 0: augments the images as this epoch's. Default: they are given as they are. */
  epoch?: number;
}

const PREFETCH = 4;
const CLOSE_LIMIT_MS = 5000;

/** A pass that waited for longer than this share of its time while its workers augmented gets more of them next time. */
const WAIT_SHARE = 0.02;
/** Share of its time that a worker augments when it is taken to be what the pass waits for. */
const BUSY_SHARE = 0.5;

/**
 * Reads images ahead of the trainer: worker threads decode them (or find them in the decoded cache), augment them and lay them out
 * as batches in shared memory. What a pass gives depends on its order, its epoch and the files only, not on the number of
 * workers; that grows where augmentation can't keep up. One pass at a time.
 */
export class ImageLoader {
  readonly #options: LoaderOptions;
  readonly #augment: LoaderAugment | null;
  readonly #imageBytes: number;
  readonly #failed = new Set<number>();
  #pool: Pool;
  #pass = 0;
  #isCacheOff = false;
  #ready = new Map<number, BatchReady>();
  #wake: (() => void) | null = null;
  #broken: Error | null = null;
  #load = { waitMs: 0, augmentMs: 0, wallMs: 0 };

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#augment = options.augment && isAugmenting(options.augment.config) ? options.augment : null;
    this.#imageBytes = decodedSize(options.settings);
    this.#pool = this.#start(options.workers ?? 1);
  }

  /** Threads at work. */
  get workers(): number {
    return this.#pool.workers.length;
  }

  /**
   * The batches of one pass over `order` (positions in `images`), in order. Leaving the loop early ends the pass.
   * @throws Problem `no-decodable-images` with `replace` when not one image of the order can be decoded
   */
  async *pass(order: Uint32Array, options: PassOptions): AsyncGenerator<LoadedBatch> {
    const { from = 0, to, failed } = options;
    const end = to ?? Math.ceil(order.length / this.#options.batchSize);
    const epoch = this.#augment ? (options.epoch ?? null) : null;
    if (epoch !== null) await this.#growIfLate();
    const pass = ++this.#pass;
    this.#ready.clear();
    this.#send({ type: 'pass', pass, order, from, to: end, failed, epoch } satisfies PassRequest);
    const begun = performance.now();
    const load = { waitMs: 0, augmentMs: 0, wallMs: 0 };
    try {
      for (let number = from; number < end; number++) {
        const started = performance.now();
        const ready = await this.#batch(number);
        const waitMs = performance.now() - started;
        load.waitMs += waitMs;
        load.augmentMs += ready.augmentMs;
        if (ready.size > 0) yield this.#view(ready, waitMs, epoch !== null);
        this.#sendTo(ready.slot % this.workers, { type: 'free', pass, slot: ready.slot });
      }
    } finally {
      this.#send({ type: 'cancel', pass });
      if (epoch !== null) this.#load = { ...load, wallMs: performance.now() - begun };
    }
  }

  async close(): Promise<void> {
    await this.#stop();
  }

  #start(workers: number): Pool {
    const options = this.#options;
    const slots = Math.max(workers, options.prefetch ?? PREFETCH) + workers;
    const places = slots * options.batchSize;
    const isMixed = this.#augment !== null && isMixing(this.#augment.config);
    const shared = {
      pixels: new SharedArrayBuffer(places * this.#imageBytes),
      indices: new SharedArrayBuffer(places * Int32Array.BYTES_PER_ELEMENT),
      targets: isMixed
        ? new SharedArrayBuffer(places * (this.#augment?.classes ?? 0) * Float32Array.BYTES_PER_ELEMENT)
        : null,
    };
    const setup: Omit<LoaderSetup, 'worker'> = {
      root: options.root,
      images: options.images,
      settings: options.settings,
      augment: this.#augment,
      batchSize: options.batchSize,
      slots,
      workers,
      concurrency: Math.max(2, Math.ceil(os.availableParallelism() / workers)),
      cacheFolder: options.cacheFolder,
      ...shared,
    };
    return {
      workers: Array.from({ length: workers }, (_, worker) => this.#startWorker({ ...setup, worker })),
      pixels: new Uint8Array(shared.pixels),
      indices: new Int32Array(shared.indices),
      targets: shared.targets && new Float32Array(shared.targets),
      isClosing: false,
    };
  }

  #startWorker(workerData: LoaderSetup): PoolWorker {
    const script = this.#options.worker ?? workerUrl('training/loader.worker.ts');
    const thread = new Worker(script, { workerData, name: 'loader' });
    thread.on('message', (message: FromLoader) => this.#receive(message));
    thread.on('error', (error) => this.#break(error as Error));
    const exited = new Promise<void>((resolve) => {
      thread.once('exit', (code) => {
        if (!this.#pool.isClosing) {
          this.#break(this.#broken ?? new Error(`the loader's worker ended with code ${code}`));
        }
        resolve();
      });
    });
    return { thread, exited };
  }

  async #stop(): Promise<void> {
    const { workers } = this.#pool;
    this.#pool.isClosing = true;
    this.#send({ type: 'close' });
    const late = setTimeout(() => {
      for (const { thread } of workers) void thread.terminate();
    }, CLOSE_LIMIT_MS);
    await Promise.all(workers.map(({ exited }) => exited));
    clearTimeout(late);
  }

  /** More workers, where the last augmented pass was waited for and its workers had no time left. */
  async #growIfLate(): Promise<void> {
    const { waitMs, augmentMs, wallMs } = this.#load;
    const most = os.availableParallelism();
    if (this.workers >= most || wallMs === 0) return;
    if (waitMs < WAIT_SHARE * wallMs || augmentMs < BUSY_SHARE * wallMs * this.workers) return;
    const wanted = Math.min(most, this.workers * 2);
    await this.#stop();
    this.#pool = this.#start(wanted);
  }

  async #batch(number: number): Promise<BatchReady> {
    for (;;) {
      if (this.#broken) throw this.#broken;
      const ready = this.#ready.get(number);
      if (ready) {
        this.#ready.delete(number);
        return ready;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #view({ slot, size, augmentMs }: BatchReady, waitMs: number, isAugmented: boolean): LoadedBatch {
    const { pixels, indices, targets } = this.#pool;
    const first = slot * this.#options.batchSize;
    const used = indices.slice(first, first + size);
    const classes = this.#augment?.classes ?? 0;
    return {
      pixels: pixels.subarray(first * this.#imageBytes, (first + size) * this.#imageBytes),
      labels: used.map((index) => (this.#options.images[index] as ImageRecord).label),
      size,
      indices: used,
      waitMs,
      augmentMs,
      ...(targets && isAugmented ? { targets: targets.subarray(first * classes, (first + size) * classes) } : {}),
    };
  }

  #receive(message: FromLoader): void {
    switch (message.type) {
      case 'batch':
        if (message.pass === this.#pass) this.#ready.set(message.batch, message);
        break;
      case 'failed':
        if (!this.#failed.has(message.index)) this.#options.onFailed?.(message);
        this.#failed.add(message.index);
        break;
      case 'cache-off':
        if (!this.#isCacheOff) this.#options.onCacheOff?.(message.message);
        this.#isCacheOff = true;
        break;
      case 'none-left':
        this.#break(
          new Problem(
            'no-decodable-images',
            `Not one of the ${this.#options.images.length} images in ${this.#options.root} could be decoded.`,
            'See the skipped images of this run for the causes, and check the files.',
          ),
        );
        break;
      case 'ready':
        break;
    }
    this.#wake?.();
  }

  #break(error: Error): void {
    this.#broken = error;
    this.#wake?.();
  }

  #send(message: ToLoader): void {
    for (const { thread } of this.#pool.workers) thread.postMessage(message);
  }

  #sendTo(worker: number, message: ToLoader): void {
    this.#pool.workers[worker]?.thread.postMessage(message);
  }
}

interface PoolWorker {
  thread: Worker;
  exited: Promise<void>;
}

/** The workers and the memory that they share. */
interface Pool {
  workers: PoolWorker[];
  pixels: Uint8Array;
  indices: Int32Array;
  targets: Float32Array | null;
  isClosing: boolean;
}
