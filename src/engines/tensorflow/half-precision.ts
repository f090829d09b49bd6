import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { promisify } from 'node:util';
import type { TensorFlowBinding } from './binding.ts';
import { cast } from './graph/elementwise.ts';
import { Graph } from './graph/graph.ts';
import { relu } from './graph/nonlinear.ts';
import { batchNormTraining } from './graph/normalization.ts';
import { dataType, type FloatType } from './graph/types.ts';
import { conv2d, maxPool } from './graph/windows.ts';
import { fullPrecision, type Precision } from './lower/pass.ts';
import { Session } from './session.ts';

export interface PrecisionChoice {
  precision: Precision;
  /** Why mixed precision is not used, in words; null where it is. */
  refusal: string | null;
}

/** What mixed precision is on this machine. Depthwise convolutions stay float32: no CPU does them faster otherwise. */
export async function mixedPrecision(binding: TensorFlowBinding): Promise<PrecisionChoice> {
  const wanted = binding.isUsingGpuDevice() ? gpuType(await computeCapability()) : cpuType(processorFlags());
  if (typeof wanted === 'string') return { precision: fullPrecision, refusal: wanted };
  const refusal = tryOut(binding, wanted);
  if (refusal) return { precision: fullPrecision, refusal };
  return { precision: { products: wanted, depthwise: dataType.float }, refusal: null };
}

/** @param flags of the processor, or null where they are not known. @returns the type, or why there is none */
export function cpuType(flags: ReadonlySet<string> | null): FloatType | string {
  if (!flags) return 'whether this processor computes in bfloat16 can’t be told on this system';
  if (['avx512_bf16', 'amx_bf16', 'bf16'].some((flag) => flags.has(flag))) return dataType.bfloat16;
  return 'this processor has no bfloat16 instructions';
}

/**
 * @param capability NVIDIA's compute capability, e.g. 8.6; null where it is not known
 * @returns the type, or why there is none
 */
export function gpuType(capability: number | null): FloatType | string {
  if (capability === null) return 'the graphics card’s abilities can’t be told (nvidia-smi does not answer)';
  if (capability >= 8) return dataType.bfloat16;
  if (capability >= 7) return dataType.half;
  return `the graphics card has no tensor cores (compute capability ${capability})`;
}

/** What Linux says the first processor can do (`flags` on x86, `Features` on ARM). */
export function processorFlags(file = '/proc/cpuinfo'): Set<string> | null {
  try {
    const line = /^(?:flags|Features)\s*:\s*(.+)$/m.exec(fs.readFileSync(file, 'utf8'))?.[1];
    return line ? new Set(line.trim().split(/\s+/)) : null;
  } catch {
    return null;
  }
}

async function computeCapability(): Promise<number | null> {
  try {
    const query = ['--query-gpu=compute_cap', '--format=csv,noheader'];
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: 5000 });
    const value = Number.parseFloat(stdout);
    return Number.isFinite(value) ? value : null;
  } catch {
    return null;
  }
}

/** Runs one step of what a network is made of: an old TensorFlow may lack a kernel. @returns why it can't, or null */
function tryOut(binding: TensorFlowBinding, type: FloatType): string | null {
  const graph = new Graph();
  const x = graph.constant('x', new Float32Array(2 * 8 * 8 * 4).fill(0.5), [2, 8, 8, 4]);
  const kernel = graph.watch(graph.constant('kernel', new Float32Array(3 * 3 * 4 * 8).fill(0.1), [3, 3, 4, 8]));
  const [ones, zeros] = [
    graph.constant('ones', new Float32Array(8).fill(1), [8]),
    graph.floats(Array<number>(8).fill(0)),
  ];
  const window = { name: 'try', strides: [1, 1], padding: 'SAME' } as const;
  const convolved = conv2d(graph, cast(graph, x, type), cast(graph, kernel, type), window);
  const normal = batchNormTraining(graph, convolved, ones, zeros, 1e-5, 'norm').y;
  const y = cast(graph, maxPool(graph, relu(graph, normal), [2, 2], { ...window, strides: [2, 2] }), dataType.float);
  const gradient = graph.gradients(y, y).byTensor(kernel);
  if (!gradient) throw new Error('The trial has no gradient.');
  graph.signatures.try = { inputs: {}, outputs: { gradient } };
  const session = new Session(binding, graph);
  try {
    session.run('try', {});
    return null;
  } catch (error) {
    return `this TensorFlow can’t do it: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`;
  } finally {
    session.close();
  }
}
