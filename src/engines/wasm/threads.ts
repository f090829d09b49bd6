import { Worker } from 'node:worker_threads';
import { workerUrl } from '../../entries.ts';
import { EngineError } from '../engine-error.ts';
import type { Heap } from './heap.ts';
import { CLOSED, type Kernel, kernelNames, MOST_PARTS, PART_BITS, takeParts, word } from './job.ts';
import type { KernelWorkerData } from './kernel.worker.ts';

const STACK_BYTES = 65536;
const ARGUMENT_WORDS = 64;
const SPINS = 4000;
/** Helpers that have not started by then are done without. */
const START_TIMEOUT = 10_000;

/** A number that a kernel reads as a 32-bit float. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

export type Argument = number | Float;

/** Runs kernels over parts of their work on all threads. The main thread is one of them. */
export class KernelThreads {
  readonly #heap: Heap;
  readonly #control: Int32Array;
  readonly #exports: Record<string, (...values: number[]) => number>;
  readonly #kernels: Kernel[];
  readonly #numbers: Map<string, number>;
  readonly #argument: number;
  readonly #stacks: number[] = [];
  readonly #workers: Worker[] = [];
  #scratchBytes = 0;
  #job = 0;

  private constructor(heap: Heap, module: WebAssembly.Module, threads: number) {
    this.#heap = heap;
    const { exports } = new WebAssembly.Instance(module, { env: { memory: heap.memory } });
    (exports.__stack_pointer as WebAssembly.Global).value = this.#newStack();
    const names = kernelNames(module);
    this.#exports = exports as Record<string, (...values: number[]) => number>;
    this.#kernels = names.map((name) => exports[name] as Kernel);
    this.#numbers = new Map(names.map((name, i) => [name, i]));
    this.#argument = heap.allocate(ARGUMENT_WORDS * 4);
    this.#control = new Int32Array(new SharedArrayBuffer((word.scratch + threads) * 4));
    this.#control[word.next] = CLOSED;
  }

  /**
   * Starts `threads` − 1 helpers on a shared heap.
   * @returns `refusal`: why there are fewer threads than asked for
   */
  static async start(
    heap: Heap,
    module: WebAssembly.Module,
    threads: number,
  ): Promise<{ pool: KernelThreads; refusal?: string }> {
    const pool = new KernelThreads(heap, module, heap.shared ? threads : 1);
    if (threads <= 1 || !heap.shared) return { pool };
    try {
      await pool.#startHelpers(module, threads - 1);
      return { pool };
    } catch (error) {
      await pool.#stopHelpers();
      return { pool, refusal: (error as Error).message };
    }
  }

  get threads(): number {
    return this.#workers.length + 1;
  }

  /** Calls an exported function that is no kernel, e.g. one that says how much scratch a kernel needs. */
  ask(name: string, ...values: number[]): number {
    return (this.#exports[name] as (...values: number[]) => number)(...values);
  }

  /**
   * Runs a kernel over `items`, `grain` of them a part, and returns when all are done.
   * @param scratchFloats what every thread needs for itself
   * @throws EngineError
   */
  run(name: string, args: Argument[], items: number, grain: number, scratchFloats = 0): void {
    if (items <= 0) return;
    this.#reserveScratch(scratchFloats * 4);
    this.#writeArguments(args);
    const size = Math.max(grain, Math.ceil(items / MOST_PARTS));
    const parts = Math.ceil(items / size);
    const control = this.#control;
    // Closed first, so that a thread late from the last job can't take a part of a half-written one.
    Atomics.store(control, word.next, CLOSED);
    Atomics.store(control, word.kernel, this.#numbers.get(name) as number);
    Atomics.store(control, word.argument, this.#argument);
    Atomics.store(control, word.items, items);
    Atomics.store(control, word.grain, size);
    Atomics.store(control, word.parts, parts);
    Atomics.store(control, word.done, 0);
    this.#job = (this.#job + 1) & ((1 << (31 - PART_BITS)) - 1);
    Atomics.store(control, word.next, this.#job << PART_BITS);
    if (parts > 1 && this.#workers.length > 0) {
      Atomics.add(control, word.generation, 1);
      Atomics.notify(control, word.generation, Math.min(parts - 1, this.#workers.length));
    }
    takeParts(control, this.#kernels, 0);
    this.#wait(parts);
    if (Atomics.exchange(control, word.failed, 0)) {
      throw new EngineError(
        'engine-failed',
        `A kernel of the wasm engine (${name}) failed.`,
        'Lower the batch size or the image size; if it happens again, choose another engine and report this.',
      );
    }
  }

  async dispose(): Promise<void> {
    await this.#stopHelpers();
    this.#freeScratch();
    for (const pointer of [...this.#stacks, this.#argument]) this.#heap.free(pointer);
  }

  #wait(parts: number): void {
    for (let spin = 0; ; spin++) {
      const done = Atomics.load(this.#control, word.done);
      if (done >= parts) return;
      if (spin > SPINS) Atomics.wait(this.#control, word.done, done, 100);
    }
  }

  #writeArguments(args: Argument[]): void {
    const start = this.#argument >> 2;
    const { words, floats } = this.#heap;
    args.forEach((value, i) => {
      if (value instanceof Float) floats[start + i] = value.value;
      else words[start + i] = value;
    });
  }

  /** Grows every thread's scratch to the largest need so far, which the model's largest layer bounds. */
  #reserveScratch(bytes: number): void {
    if (bytes <= this.#scratchBytes) return;
    this.#freeScratch();
    for (let i = 0; i < this.threads; i++) this.#control[word.scratch + i] = this.#heap.allocate(bytes);
    this.#scratchBytes = bytes;
  }

  #freeScratch(): void {
    this.#scratchBytes = 0;
    for (let i = word.scratch; i < this.#control.length; i++) {
      const old = (this.#control[i] as number) >>> 0;
      this.#control[i] = 0;
      if (old) this.#heap.free(old);
    }
  }

  #newStack(): number {
    const pointer = this.#heap.allocate(STACK_BYTES);
    this.#stacks.push(pointer);
    return (pointer + STACK_BYTES) & ~15;
  }

  async #startHelpers(module: WebAssembly.Module, count: number): Promise<void> {
    const failures: Error[] = [];
    for (let i = 0; i < count; i++) {
      const workerData: KernelWorkerData = {
        module,
        memory: this.#heap.memory,
        control: this.#control,
        stack: this.#newStack(),
        thread: i + 1,
      };
      const worker = new Worker(workerUrl('engines/wasm/kernel.worker.ts'), { workerData, execArgv: [] });
      worker.unref();
      worker.on('error', (error) => failures.push(error));
      this.#workers.push(worker);
    }
    const deadline = Date.now() + START_TIMEOUT;
    while (Atomics.load(this.#control, word.ready) < count) {
      if (failures[0]) throw failures[0];
      if (Date.now() > deadline) throw new Error(`helper threads did not start within ${START_TIMEOUT / 1000} s`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async #stopHelpers(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.terminate()));
  }
}
