/**
 * The few words through which the main thread hands work to the others. All threads take the next part of a job until none
 * is left, so a thread that the system delays holds up no more than the part it is at.
 */
export const word = {
  /** Counts jobs; waiting threads sleep on it. */
  generation: 0,
  /** Job number × 4096 + next part; `closed` parts while there is no job. A thread takes a part by compare-and-exchange. */
  next: 1,
  /** Parts done. */
  done: 2,
  parts: 3,
  kernel: 4,
  argument: 5,
  items: 6,
  /** Items in a part. */
  grain: 7,
  /** 1 when a kernel trapped. */
  failed: 8,
  /** Threads that have started. */
  ready: 9,
  /** From here on one word a thread: the address of its scratch memory, which may move between jobs. */
  scratch: 16,
} as const;

export const PART_BITS = 12;
export const CLOSED = (1 << PART_BITS) - 1;
/** Most parts of one job. */
export const MOST_PARTS = CLOSED - 1;

export type Kernel = (argument: number, begin: number, end: number, part: number, scratch: number) => void;

/** Kernels by the order of the module's exports, which is the same in every thread. */
export function kernelNames(module: WebAssembly.Module): string[] {
  return WebAssembly.Module.exports(module)
    .filter((one) => one.kind === 'function')
    .map((one) => one.name);
}

/** Does parts of the current job until none is left. `thread` counts from 0, the main thread. */
export function takeParts(control: Int32Array, kernels: Kernel[], thread: number): void {
  for (;;) {
    const next = Atomics.load(control, word.next);
    const part = next & CLOSED;
    // Read before the part is taken: if these belong to another job, `next` has changed and the exchange fails.
    const parts = Atomics.load(control, word.parts);
    const kernel = kernels[Atomics.load(control, word.kernel)];
    const argument = Atomics.load(control, word.argument);
    const items = Atomics.load(control, word.items);
    const grain = Atomics.load(control, word.grain);
    if (part === CLOSED || part >= parts) return;
    if (Atomics.compareExchange(control, word.next, next, next + 1) !== next) continue;
    const scratch = Atomics.load(control, word.scratch + thread);
    try {
      (kernel as Kernel)(argument, part * grain, Math.min(items, (part + 1) * grain), part, scratch);
    } catch {
      Atomics.store(control, word.failed, 1);
    }
    if (Atomics.add(control, word.done, 1) + 1 === parts) Atomics.notify(control, word.done);
  }
}
