import { parentPort, workerData } from 'node:worker_threads';
import { decodeRecord } from '../dataset/decode-record.ts';
import type { ImageRecord } from '../dataset/types.ts';
import { Augmenter, isMixing } from '../images/augment/augmenter.ts';
import { DecodeFailure } from '../images/decode-failure.ts';
import { openDecodedCache } from '../images/decoded-cache.ts';
import { convertStored, decodedSize, storedSettings } from '../images/preprocess.ts';
import { mixSeed } from '../random.ts';
import type { FromLoader, LoaderSetup, PassRequest, ToLoader } from './loader-protocol.ts';

const setup = workerData as LoaderSetup;
const { color } = setup.settings;
/** Kept, and augmented, are RGB or grey images; other colour spaces are made of them last. */
const settings = storedSettings(setup.settings);
const imageBytes = decodedSize(settings);
const pixels = new Uint8Array(setup.pixels);
const indices = new Int32Array(setup.indices);
/** Images that failed once are not tried again. */
const failed = new Set<number>();
const cache = openDecodedCache(settings, setup.cacheFolder === undefined ? {} : { folder: setup.cacheFolder });
const targets = setup.targets && new Float32Array(setup.targets);
const augmenter = setup.augment && new Augmenter(setup.augment.config, settings);
let cacheOff = false;
let decoding = 0;
const waiting: (() => void)[] = [];

/** One pass over the images: fills free slots with the batches that come next, several at a time. */
class Pass {
  readonly request: PassRequest;
  cancelled = false;
  /** [position], times that the image came before in the order; null: nothing is augmented. */
  readonly repeats: Uint32Array | null;
  #next: number;
  #filling = new Set<Promise<void>>();

  constructor(request: PassRequest) {
    this.request = request;
    this.repeats = request.epoch === null ? null : countRepeats(request.order);
    this.#next = request.from + setup.worker;
  }

  use(slot: number): void {
    if (this.cancelled || this.#next >= this.request.to) return;
    const batch = this.#next;
    this.#next += setup.workers;
    const filling = fill(this, batch, slot).finally(() => this.#filling.delete(filling));
    this.#filling.add(filling);
  }

  /** Nothing writes to a slot any more once this has resolved. */
  async settled(): Promise<void> {
    await Promise.all(this.#filling);
  }
}

async function fill(pass: Pass, batch: number, slot: number): Promise<void> {
  const { order, failed: rule } = pass.request;
  const start = batch * setup.batchSize;
  const count = Math.min(setup.batchSize, order.length - start);
  const places = await Promise.all(
    Array.from({ length: count }, (_, i) => place(pass, start + i, slot * setup.batchSize + i)),
  );
  if (pass.cancelled) return;
  if (rule === 'replace' && places.includes(null)) return post({ type: 'none-left' });
  const size = compact(slot, places);
  const started = performance.now();
  if (pass.request.epoch !== null) augment(pass, pass.request.epoch, batch, slot, size);
  const augmentMs = performance.now() - started;
  const first = slot * setup.batchSize * imageBytes;
  convertStored(pixels.subarray(first, first + size * imageBytes), color);
  post({ type: 'batch', pass: pass.request.pass, batch, slot, size, augmentMs });
}

function countRepeats(order: Uint32Array): Uint32Array {
  const seen = new Uint32Array(setup.images.length);
  return order.map((index) => {
    const before = seen[index] as number;
    seen[index] = before + 1;
    return before;
  });
}

/** Changes a batch's images in place, and writes its soft labels where images are mixed. */
function augment(pass: Pass, epoch: number, batch: number, slot: number, size: number): void {
  if (!augmenter || !setup.augment) return;
  const { config, seed, classes } = setup.augment;
  const first = slot * setup.batchSize;
  const used = indices.subarray(first, first + size);
  used.forEach((index, i) => {
    const start = (first + i) * imageBytes;
    augmenter.image(
      pixels.subarray(start, start + imageBytes),
      seed,
      epoch,
      index,
      pass.repeats?.[batch * setup.batchSize + i],
    );
  });
  if (!targets || !isMixing(config)) return;
  const labels = Array.from(used, (index) => imageAt(index).label);
  const images = pixels.subarray(first * imageBytes, (first + size) * imageBytes);
  const soft = targets.subarray(first * classes, (first + size) * classes);
  augmenter.mix(images, soft, labels, classes, { seed: mixSeed(seed, epoch), batch, indices: used });
}

/**
 * Puts the image at `position` of the order into `place` (counted over all slots) and returns its index; null where it, or
 * with `replace` every image, fails. Depends on the order and the files only, not on what was loaded before.
 */
function place(pass: Pass, position: number, at: number): number | null | Promise<number | null> {
  const { order, failed: rule } = pass.request;
  const index = order[position] as number;
  if (loadCached(index, at)) return index;
  const tries = rule === 'replace' ? order.length : 1;
  return (async () => {
    for (let i = 0; i < tries && !pass.cancelled; i++) {
      const candidate = order[(position + i) % order.length] as number;
      if (loadCached(candidate, at) || (await decode(candidate, at))) return candidate;
    }
    return null;
  })();
}

function loadCached(index: number, at: number): boolean {
  return !failed.has(index) && cache.read(imageAt(index).hash, pixels, at * imageBytes);
}

async function decode(index: number, at: number): Promise<boolean> {
  if (failed.has(index)) return false;
  await turn();
  try {
    const decoded = await decodeRecord(setup.root, imageAt(index), settings);
    pixels.set(decoded, at * imageBytes);
    remember(imageAt(index).hash, decoded);
    return true;
  } catch (error) {
    if (!(error instanceof DecodeFailure)) throw error;
    if (!failed.has(index)) post({ type: 'failed', index, cause: error.skipCause, message: error.message });
    failed.add(index);
    return false;
  } finally {
    decoding--;
    waiting.shift()?.();
  }
}

/** Waits until fewer than `concurrency` images are being decoded. */
async function turn(): Promise<void> {
  while (decoding >= setup.concurrency) await new Promise<void>((resolve) => waiting.push(resolve));
  decoding++;
}

/** Keeps what was decoded for the next epoch and the next run; says once why that is no longer possible. */
function remember(hash: string, decoded: Uint8Array): void {
  cache.add(hash, decoded);
  if (cache.problem && !cacheOff) post({ type: 'cache-off', message: cache.problem });
  cacheOff = cache.problem !== null;
}

/** Moves the batch's images together where some failed. Returns how many are left. */
function compact(slot: number, places: (number | null)[]): number {
  const first = slot * setup.batchSize;
  let size = 0;
  places.forEach((index, i) => {
    if (index === null) return;
    indices[first + size] = index;
    if (size < i) {
      const from = (first + i) * imageBytes;
      pixels.copyWithin((first + size) * imageBytes, from, from + imageBytes);
    }
    size++;
  });
  return size;
}

function imageAt(index: number): ImageRecord {
  return setup.images[index] as ImageRecord;
}

function post(message: FromLoader): void {
  parentPort?.postMessage(message);
}

let current: Pass | null = null;

async function start(request: PassRequest): Promise<void> {
  const previous = current;
  const pass = new Pass(request);
  current = pass;
  if (previous) {
    previous.cancelled = true;
    await previous.settled();
  }
  for (let slot = setup.worker; slot < setup.slots; slot += setup.workers) pass.use(slot);
}

async function close(): Promise<void> {
  if (current) {
    current.cancelled = true;
    await current.settled();
  }
  cache.close();
  parentPort?.close();
}

parentPort?.on('message', (message: ToLoader) => {
  if (message.type === 'pass') void start(message);
  else if (message.type === 'close') void close();
  else if (current?.request.pass !== message.pass) return;
  else if (message.type === 'free') current.use(message.slot);
  else current.cancelled = true;
});
post({ type: 'ready' });
