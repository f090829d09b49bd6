import { Problem } from '../../problem.ts';
import type { NamedArray } from '../engine.ts';
import { valueKey } from './lower/signatures.ts';
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

/** @param variables that take the values, in the order of `arrays`' own names or of the weights they are averages of */
export function assignFeeds(variables: readonly Named[], arrays: readonly NamedArray[]): Record<string, Feed> {
  const byName = new Map(arrays.map((array) => [array.name, array]));
  return Object.fromEntries(
    variables.map(({ name, shape }, i) => {
      const array = byName.get(name) ?? arrays[i];
      if (!array) throw new Error(`No value for ${name}.`);
      return [valueKey(name), { shape, data: array.data }];
    }),
  );
}

/** The values of `variables`, under the names of `specs`, which has the same order. */
export function readArrays(
  specs: readonly Named[],
  variables: readonly Named[],
  values: Readonly<Record<string, Values>>,
): NamedArray[] {
  return variables.map((variable, i) => {
    const data = values[valueKey(variable.name)];
    const { name, shape } = specs[i] ?? variable;
    if (!(data instanceof Float32Array)) throw new Error(`TensorFlow returned no floats for ${variable.name}.`);
    return { name, shape: [...shape], data };
  });
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
