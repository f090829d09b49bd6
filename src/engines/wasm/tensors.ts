import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { HeapBackend } from './heap.ts';
import type { KernelThreads } from './threads.ts';

/** What every operation of this engine works with. */
export interface Device {
  backend: HeapBackend;
  threads: KernelThreads;
}

export const FLOATS = 'float32';

/** A new, uninitialised float tensor. */
export function newTensor(device: Device, shape: number[]): TensorInfo {
  return device.backend.makeOutput(shape, FLOATS);
}

export function addressOf(device: Device, tensor: Pick<TensorInfo, 'dataId'>): number {
  return device.backend.address(tensor);
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}

/** Memory for the time of one call. */
export function withMemory(device: Device, bytes: number, use: (pointer: number) => void): void {
  const { heap } = device.backend;
  const pointer = heap.allocate(bytes);
  try {
    use(pointer);
  } finally {
    heap.free(pointer);
  }
}
