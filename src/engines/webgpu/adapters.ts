import { Problem } from '../../problem.ts';

/** A GPU as Dawn names it; one card may be there once for each of its interfaces. */
export interface Adapter {
  name: string;
  /** `vulkan`, `metal`, `d3d12` … */
  backend: string;
}

/** Drawing programs that call themselves a GPU: a hundred times slower than the wasm engine. */
const software = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|\bwarp\b/i;

export function isSoftware(adapter: Pick<Adapter, 'name'>): boolean {
  return software.test(adapter.name);
}

/** Reads what Dawn answers when it is asked for an adapter that can't be. */
export function parseAdapters(message: string): Adapter[] {
  return [...message.matchAll(/backend: '([^']*)', name: '([^']*)'/g)].map(([, backend, name]) => ({
    name: name as string,
    backend: backend as string,
  }));
}

/**
 * The adapter whose name holds `wanted`, or undefined where Dawn may choose.
 * @throws Problem `webgpu-unavailable` when there is none, or only software and that was not asked for.
 */
export function chooseAdapter(adapters: readonly Adapter[], wanted: string): Adapter | undefined {
  if (wanted !== '') {
    const found = adapters.find(({ name }) => name.toLowerCase().includes(wanted.toLowerCase()));
    if (found) return found;
    throw unavailable(
      `No GPU's name holds “${wanted}”; ${listed(adapters)}.`,
      'Set engine.adapter to one of them, or leave it empty.',
    );
  }
  const real = adapters.filter((adapter) => !isSoftware(adapter));
  if (real.length === 0) {
    throw unavailable(
      adapters.length === 0
        ? 'No GPU with a driver for Vulkan, Metal or Direct3D 12 was found.'
        : `No real GPU was found: ${listed(adapters)}.`,
      'Install the driver of your GPU, or use another engine.',
    );
  }
  // With one real card there is nothing for Dawn to choose, and a software adapter beside it is out of the way.
  return new Set(real.map(({ name }) => name)).size === 1 ? real[0] : undefined;
}

function listed(adapters: readonly Adapter[]): string {
  return adapters.length === 0 ? 'there is none' : `there are: ${adapters.map(({ name }) => name).join(', ')}`;
}

export function unavailable(message: string, advice: string, cause?: unknown): Problem {
  return new Problem('webgpu-unavailable', message, advice, { cause });
}
