import { workerData } from 'node:worker_threads';
import { type Kernel, kernelNames, takeParts, word } from './job.ts';

/** What the main thread gives a helper thread. */
export interface KernelWorkerData {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  control: Int32Array;
  /** End of this thread's own stack in the shared memory. */
  stack: number;
  /** Counts from 1. */
  thread: number;
}

/** Rounds of looking for the next job before sleeping: a job mostly follows within microseconds. */
const SPINS = 2000;

const { module, memory, control, stack, thread } = workerData as KernelWorkerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
(exports.__stack_pointer as WebAssembly.Global).value = stack;
const kernels = kernelNames(module).map((name) => exports[name] as Kernel);

Atomics.add(control, word.ready, 1);
Atomics.notify(control, word.ready);
for (let seen = 0; ; ) {
  for (let spin = 0; Atomics.load(control, word.generation) === seen; spin++) {
    if (spin > SPINS) Atomics.wait(control, word.generation, seen);
  }
  seen = Atomics.load(control, word.generation);
  takeParts(control, kernels, thread);
}
