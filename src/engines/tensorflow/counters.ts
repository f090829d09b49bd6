import type { NamedArray } from '../engine.ts';
import { accumulatedStepsName, iterationsName } from '../weight-names.ts';
import type { LossScale } from './loss-scale.ts';

/** [value, updates since it changed], only in float16. */
const lossScaleName = 'loss-scale';

export interface Counters {
  /** Updates so far. */
  iterations: number;
  /** Gradients summed up for the next update. */
  accumulated: number;
  lossScale: readonly [number, number] | null;
}

/** The numbers among an optimizer's arrays. */
export function readCounters(optimizer: readonly NamedArray[]): Counters {
  const find = (name: string) => optimizer.find((array) => array.name === name)?.data;
  const scale = find(lossScaleName);
  return {
    iterations: find(iterationsName)?.[0] ?? 0,
    accumulated: find(accumulatedStepsName)?.[0] ?? 0,
    lossScale: scale ? [scale[0] ?? 0, scale[1] ?? 0] : null,
  };
}

export function writeCounters(iterations: number, accumulated: number, scale: LossScale | null): NamedArray[] {
  const scalar = (name: string, value: number): NamedArray => ({ name, shape: [], data: Float32Array.of(value) });
  return [
    scalar(iterationsName, iterations),
    ...(accumulated > 0 ? [scalar(accumulatedStepsName, accumulated)] : []),
    ...(scale ? [{ name: lossScaleName, shape: [2], data: Float32Array.from(scale.read()) }] : []),
  ];
}
