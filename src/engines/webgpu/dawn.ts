import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../../problem.ts';
import { type Adapter, chooseAdapter, isSoftware, parseAdapters, unavailable } from './adapters.ts';

type Dawn = typeof import('webgpu');

/** An open GPU. `gpu` must stay referenced as long as the device is in use. */
export interface OpenDevice {
  gpu: GPU;
  adapter: GPUAdapter;
  device: GPUDevice;
  /** What the user reads. */
  name: string;
  /** All that could have been opened. */
  names: string[];
}

/** What TensorFlow.js's kernels need beyond the defaults, as far as the adapter has it. */
const neededLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
] as const;

/**
 * Loads Dawn, the WebGPU implementation of Chromium.
 * @throws Problem `webgpu-unavailable` where there is no build of it, or no Vulkan on Linux.
 */
export async function loadDawn(): Promise<Dawn> {
  if (process.platform === 'linux' && !hasVulkanLoader()) {
    throw unavailable(
      'There is no Vulkan here (libvulkan.so.1), through which Dawn reaches a GPU.',
      'Install the driver of your GPU and Vulkan (Debian, Ubuntu: libvulkan1), or use another engine.',
    );
  }
  try {
    return await import('webgpu');
  } catch (error) {
    throw unavailable(
      `Dawn does not load on ${process.platform}-${process.arch}: ${firstLine(error)}`,
      'Use another engine.',
      error,
    );
  }
}

/** Asks for an adapter that can't be: the answer names all there are. */
export async function listAdapters({ create }: Dawn): Promise<Adapter[]> {
  try {
    await create(['adapter=__none__']).requestAdapter();
    return [];
  } catch (error) {
    return parseAdapters((error as Error).message);
  }
}

/**
 * @param wanted part of an adapter's name; empty: the fastest that is no software
 * @throws Problem `webgpu-unavailable`
 */
export async function openDevice(dawn: Dawn, wanted: string): Promise<OpenDevice> {
  const adapters = await listAdapters(dawn);
  const chosen = chooseAdapter(adapters, wanted);
  const flags = chosen ? [`adapter=${chosen.name}`, `backend=${chosen.backend}`] : [];
  const gpu = dawn.create(flags);
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (!adapter) throw new Error('no adapter');
    const name = chosen?.name ?? nameOf(adapter.info, adapters);
    if (wanted === '' && (adapter.info.isFallbackAdapter || isSoftware({ name }))) {
      throw unavailable(
        `Dawn takes ${name}, which is no real GPU.`,
        'Name the GPU in engine.adapter, or use another engine.',
      );
    }
    const { limits, features } = adapter;
    const device = await adapter.requestDevice({
      requiredLimits: Object.fromEntries(neededLimits.map((limit) => [limit, limits[limit]])),
      requiredFeatures: features.has('timestamp-query') ? ['timestamp-query'] : [],
    });
    return { gpu, adapter, device, name, names: [...new Set(adapters.map((one) => one.name))] };
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw unavailable(
      `The GPU ${chosen?.name ?? ''} does not open: ${firstLine(error)}`,
      'Update its driver, or use another engine.',
      error,
    );
  }
}

/** Dawn's list has the card's name; an adapter's own info has it in small letters without blanks. */
function nameOf({ device, description }: GPUAdapterInfo, adapters: readonly Adapter[]): string {
  const slug = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  return adapters.find(({ name }) => slug(name) === slug(device))?.name ?? (device || description);
}

/** Dawn would say so on stderr, once for every attempt. */
function hasVulkanLoader(): boolean {
  const library = 'libvulkan.so.1';
  const folders = (process.env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== '');
  if (folders.some((folder) => fs.existsSync(path.join(folder, library)))) return true;
  try {
    return fs.readFileSync('/etc/ld.so.cache').includes(library);
  } catch {
    return ['/usr/lib', '/usr/lib64', '/lib'].some((folder) => fs.existsSync(path.join(folder, library)));
  }
}

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n', 1)[0] ?? '';
}
