import type { Shape } from '../flat-model.ts';

export type Attribute = { integer: number } | { float: number } | { string: string } | { integers: readonly number[] };

export interface OnnxNode {
  name: string;
  operation: string;
  inputs: readonly string[];
  output: string;
  attributes: Readonly<Record<string, Attribute>>;
}

export interface Initializer {
  name: string;
  shape: readonly number[];
  data: Float32Array | BigInt64Array;
}

/**
 * A value of the graph. `shape` is always in TensorFlow.js' order, [batch, height, width, channel]; `layout` says how the
 * axes of one with four of them lie in the graph.
 */
export interface Value {
  name: string;
  shape: Shape;
  layout: 'nhwc' | 'nchw';
}

/** An ONNX graph under construction: nodes in an order they can run in. */
export class OnnxGraph {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: Initializer[] = [];
  readonly #names = new Set<string>();
  readonly #constants = new Map<string, string>();
  readonly #transposed = new Map<string, string>();

  /** Adds a node; returns the name of its output, which is also the node's. */
  add(
    operation: string,
    inputs: readonly string[],
    attributes: Record<string, Attribute> = {},
    name: string = operation,
  ): string {
    const output = this.reserve(name);
    this.nodes.push({ name: output, operation, inputs, output, attributes });
    return output;
  }

  /** A weight. */
  weight(name: string, shape: readonly number[], data: Float32Array): string {
    const unique = this.reserve(name);
    this.initializers.push({ name: unique, shape, data });
    return unique;
  }

  /** A float constant; equal ones are written once. */
  floats(values: number | readonly number[]): string {
    const list = typeof values === 'number' ? [values] : values;
    return this.#constant('floats', Float32Array.from(list), typeof values === 'number' ? [] : [list.length]);
  }

  /** An int64 constant of one axis. */
  integers(values: readonly number[]): string {
    return this.#constant('integers', BigInt64Array.from(values, BigInt), [values.length]);
  }

  /** The same numbers with channels before height and width; what has not four axes stays as it is. */
  channelsFirst(value: Value): Value {
    return this.#turned(value, 'nchw', [0, 3, 1, 2]);
  }

  channelsLast(value: Value): Value {
    return this.#turned(value, 'nhwc', [0, 2, 3, 1]);
  }

  /** A name that nothing else in the graph has. */
  reserve(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#names.has(name); i++) name = `${wanted}_${i}`;
    this.#names.add(name);
    return name;
  }

  #turned(value: Value, layout: Value['layout'], order: readonly number[]): Value {
    if (value.layout === layout || value.shape.length !== 4) return value;
    const known = this.#transposed.get(value.name);
    if (known !== undefined) return { ...value, layout, name: known };
    const name = this.add('Transpose', [value.name], { perm: { integers: order } }, `${value.name}/${layout}`);
    this.#transposed.set(value.name, name);
    this.#transposed.set(name, value.name);
    return { ...value, layout, name };
  }

  #constant(kind: string, data: Float32Array | BigInt64Array, shape: readonly number[]): string {
    const key = `${kind}|${shape}|${[...data].map((value) => (Object.is(value, -0) ? '-0' : String(value)))}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.reserve(`constant/${kind}`);
    this.initializers.push({ name, shape, data });
    this.#constants.set(key, name);
    return name;
  }
}
