import { Problem } from '../../problem.ts';
import type { NamedArray } from '../engine.ts';
import { valueKey } from './lower/graphs.ts';
import type { ModelWeight } from './lower/weights.ts';
import type { Feed, Values } from './session.ts';

interface Named {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The values the TensorFlow.js model holds now. */
export function currentWeights(weights: readonly ModelWeight[]): NamedArray[] {
  return weights.map(({ name, shape, source }) => ({ name, shape, data: source.read().dataSync<'float32'>() }));
}

export function assignFeeds(arrays: readonly NamedArray[]): Record<string, Feed> {
  return Object.fromEntries(arrays.map(({ name, shape, data }) => [valueKey(name), { shape, data }]));
}

export function readArrays(specs: readonly Named[], values: Readonly<Record<string, Values>>): NamedArray[] {
  return specs.map(({ name, shape }) => ({ name, shape: [...shape], data: values[valueKey(name)] as Float32Array }));
}

/** @throws Problem when `arrays` don't have exactly the names and sizes of `specs`: a state of another model or optimizer. */
export function expectSame(specs: readonly Named[], arrays: readonly NamedArray[], part: string): void {
  const given = new Map(arrays.map((array) => [array.name, array.data.length]));
  const wrong = specs.find(({ name, shape }) => given.get(name) !== shape.reduce((product, size) => product * size, 1));
  if (!wrong && given.size === specs.length) return;
  throw new Problem(
    'state-mismatch',
    `The saved ${part} don’t fit this model: ${wrong ? `${wrong.name} [${wrong.shape}] is missing or has another size` : `${given.size} arrays instead of ${specs.length}`}.`,
    'Resume the run with the model and optimizer it was started with, or start a new run.',
  );
}
