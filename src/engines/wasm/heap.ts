import fs from 'node:fs/promises';
import path from 'node:path';
import { BackendWasm, setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import createModule from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js';
import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import { tfjsWasmFolder } from '../../entries.ts';
import { outOfMemory } from '../engine-error.ts';
import { withSharedMemory } from './shared-memory.ts';

/** The part of Emscripten's module object that is used here. */
interface EmscriptenModule {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  cwrap(name: string, result: 'number' | null, parameters: 'number'[]): (...values: number[]) => number;
  asm: { memory: WebAssembly.Memory };
  tfjs?: Record<string, (...values: number[]) => number>;
}

type ModuleFactory = (options: {
  wasmBinary: Uint8Array;
  print(line: string): void;
  printErr(line: string): void;
}) => Promise<EmscriptenModule>;

/** Emscripten's malloc takes a size for a signed number. */
const LARGEST_BLOCK = 2 ** 31 - 2 ** 16;

/** Memory of the stock TensorFlow.js module, which our kernels share. Addresses are bytes from its start. */
export class Heap {
  readonly module: EmscriptenModule;
  readonly memory: WebAssembly.Memory;
  #spoiled = false;
  #buffer: ArrayBufferLike | undefined;
  #words: Int32Array = new Int32Array();
  #floats: Float32Array = new Float32Array();

  constructor(module: EmscriptenModule) {
    this.module = module;
    this.memory = module.asm.memory;
  }

  get shared(): boolean {
    return !(this.memory.buffer instanceof ArrayBuffer);
  }

  /** Any allocation may grow the memory, after which a view made before no longer sees all of it: never keep one. */
  get words(): Int32Array {
    this.#refresh();
    return this.#words;
  }

  get floats(): Float32Array {
    this.#refresh();
    return this.#floats;
  }

  /** True after an allocation that Emscripten let wrap around the end of the address space: its lists are no longer sound. */
  get spoiled(): boolean {
    return this.#spoiled;
  }

  /** @throws EngineError `out-of-memory` */
  allocate(bytes: number): number {
    const size = Math.max(1, bytes);
    const pointer = this.#spoiled || size > LARGEST_BLOCK ? 0 : this.module._malloc(size) >>> 0;
    this.#spoiled ||= pointer > 0 && pointer + size > this.memory.buffer.byteLength;
    if (pointer === 0 || this.#spoiled) throw outOfMemory('wasm', bytes, this.memory.buffer.byteLength);
    return pointer;
  }

  free(pointer: number): void {
    if (!this.#spoiled) this.module._free(pointer);
  }

  #refresh(): void {
    if (this.#buffer === this.memory.buffer) return;
    this.#buffer = this.memory.buffer;
    this.#words = new Int32Array(this.#buffer);
    this.#floats = new Float32Array(this.#buffer);
  }
}

/** The stock backend, but an allocation that fails is an error: the stock one goes on with address 0. */
export class HeapBackend extends BackendWasm {
  readonly heap: Heap;

  constructor(heap: Heap) {
    super(heap.module as unknown as ConstructorParameters<typeof BackendWasm>[0]);
    this.heap = heap;
  }

  override move(
    dataId: object,
    values: Parameters<BackendWasm['move']>[1],
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    const bytes = dtype === 'string' ? 0 : shape.reduce((n, d) => n * d, dtype === 'bool' ? 1 : 4);
    // What is allocated here is free again when the stock one asks for it: after a failure it would write over address 0.
    this.heap.free(this.heap.allocate(bytes));
    super.move(dataId, values, shape, dtype, refCount);
  }

  override disposeData(dataId: object, force = false): boolean {
    return this.heap.spoiled || super.disposeData(dataId, force);
  }

  /** Where a tensor's values lie. */
  address(tensor: Pick<TensorInfo, 'dataId'>): number {
    return this.getMemoryOffset(tensor.dataId);
  }
}

/**
 * Starts the stock SIMD build of TensorFlow.js, with memory that threads can share where `shared` is set.
 * @throws what WebAssembly throws when this processor or Node has no SIMD, or no shared memory.
 */
export async function startBackend(shared: boolean): Promise<HeapBackend> {
  const binary = await fs.readFile(path.join(tfjsWasmFolder(), 'tfjs-backend-wasm-simd.wasm'));
  const lines: string[] = [];
  const note = (line: string) => void lines.push(line);
  const wasmBinary = shared ? withSharedMemory(binary) : binary;
  const module = await withoutListeners(() =>
    (createModule as unknown as ModuleFactory)({ wasmBinary, print: note, printErr: note }),
  );
  module.tfjs = {
    init: module.cwrap('init', null, []),
    initWithThreadsCount: module.cwrap('init_with_threads_count', null, ['number']),
    getThreadsCount: module.cwrap('get_threads_count', 'number', []),
    registerTensor: module.cwrap('register_tensor', null, ['number', 'number', 'number']),
    disposeData: module.cwrap('dispose_data', null, ['number']),
    dispose: module.cwrap('dispose', null, []),
  };
  setThreadsCount(1);
  return new HeapBackend(new Heap(module));
}

const PROCESS_EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Emscripten's start-up code makes every error of the process end it with 37 kB of its own source: not here. */
function withoutListeners<T>(start: () => T): T {
  const before = PROCESS_EVENTS.map((event) => process.listeners(event as 'uncaughtException'));
  const result = start();
  PROCESS_EVENTS.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (!before[i]?.includes(listener)) process.removeListener(event, listener);
    }
  });
  return result;
}
