import os from 'node:os';
import { Worker } from 'node:worker_threads';
// On Linux sharp must be loaded by the main thread before a worker does.
import 'sharp';
import type { ImageRecord } from '../dataset/types.ts';
import type { ImageBatch } from '../engines/engine.ts';
import { workerUrl } from '../entries.ts';
import { type DecodeSettings, decodedSize } from '../images/preprocess.ts';
import { Problem } from '../problem.ts';
import type { BatchReady, FromLoader, ImageFailed, LoaderSetup, PassRequest, ToLoader } from './loader-protocol.ts';

export interface LoaderOptions {
  /** Folder that the images' paths are relative to. */
  root: string;
  images: ImageRecord[];
  settings: DecodeSettings;
  batchSize: number;
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
}

export interface PassOptions {
  /** First batch (counted from 0) and the one after the last; default: all. */
  from?: number;
  to?: number;
  /** What becomes of an image that can't be decoded: the next one of the order takes its place, or the batch gets smaller. */
  failed: 'replace' | 'drop';
}

const PREFETCH = 4;
const CLOSE_LIMIT_MS = 5000;

/**
 * Reads images ahead of the trainer: a worker thread decodes them (or finds them in the decoded cache) and lays them out as
 * batches in shared memory. What a pass gives depends on its order and the files only. One pass at a time.
 */
export class ImageLoader {
  readonly #options: LoaderOptions;
  readonly #worker: Worker;
  readonly #slots: number;
  readonly #pixels: Uint8Array;
  readonly #indices: Int32Array;
  readonly #imageBytes: number;
  #pass = 0;
  #ready = new Map<number, BatchReady>();
  #wake: (() => void) | null = null;
  #broken: Error | null = null;
  readonly #exited: Promise<void>;

  constructor(options: LoaderOptions) {
    this.#options = options;
    this.#slots = (options.prefetch ?? PREFETCH) + 1;
    this.#imageBytes = decodedSize(options.settings);
    const places = this.#slots * options.batchSize;
    const setup: LoaderSetup = {
      root: options.root,
      images: options.images,
      settings: options.settings,
      batchSize: options.batchSize,
      slots: this.#slots,
      concurrency: Math.max(2, os.availableParallelism()),
      cacheFolder: options.cacheFolder,
      pixels: new SharedArrayBuffer(places * this.#imageBytes),
      indices: new SharedArrayBuffer(places * Int32Array.BYTES_PER_ELEMENT),
    };
    this.#pixels = new Uint8Array(setup.pixels);
    this.#indices = new Int32Array(setup.indices);
    this.#worker = new Worker(options.worker ?? workerUrl('training/loader.worker.ts'), {
      workerData: setup,
      name: 'loader',
    });
    this.#worker.on('message', (message: FromLoader) => this.#receive(message));
    this.#worker.on('error', (error) => this.#break(error as Error));
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', (code) => {
        this.#break(this.#broken ?? new Error(`the loader's worker ended with code ${code}`));
        resolve();
      });
    });
  }

  /**
   * The batches of one pass over `order` (positions in `images`), in order. Leaving the loop early ends the pass.
   * @throws Problem `no-decodable-images` with `replace` when not one image of the order can be decoded
   */
  async *pass(order: Uint32Array, { from = 0, to, failed }: PassOptions): AsyncGenerator<LoadedBatch> {
    const end = to ?? Math.ceil(order.length / this.#options.batchSize);
    const pass = ++this.#pass;
    this.#ready.clear();
    this.#send({ type: 'pass', pass, order, from, to: end, failed } satisfies PassRequest);
    try {
      for (let number = from; number < end; number++) {
        const started = performance.now();
        const ready = await this.#batch(number);
        if (ready.size > 0) yield this.#view(ready, performance.now() - started);
        this.#send({ type: 'free', pass, slot: ready.slot });
      }
    } finally {
      this.#send({ type: 'cancel', pass });
    }
  }

  async close(): Promise<void> {
    this.#send({ type: 'close' });
    const late = setTimeout(() => void this.#worker.terminate(), CLOSE_LIMIT_MS);
    await this.#exited;
    clearTimeout(late);
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

  #view({ slot, size }: BatchReady, waitMs: number): LoadedBatch {
    const first = slot * this.#options.batchSize;
    const indices = this.#indices.slice(first, first + size);
    return {
      pixels: this.#pixels.subarray(first * this.#imageBytes, (first + size) * this.#imageBytes),
      labels: indices.map((index) => (this.#options.images[index] as ImageRecord).label),
      size,
      indices,
      waitMs,
    };
  }

  #receive(message: FromLoader): void {
    switch (message.type) {
      case 'batch':
        if (message.pass === this.#pass) this.#ready.set(message.batch, message);
        break;
      case 'failed':
        this.#options.onFailed?.(message);
        break;
      case 'cache-off':
        this.#options.onCacheOff?.(message.message);
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
    this.#worker.postMessage(message);
  }
}
