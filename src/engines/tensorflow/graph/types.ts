/** TensorFlow's DataType numbers (tensorflow/core/framework/types.proto). */
export const dataType = {
  float: 1,
  int32: 3,
  uint8: 4,
  bool: 10,
  bfloat16: 14,
  half: 19,
  resource: 20,
} as const;

export type DataType = (typeof dataType)[keyof typeof dataType];

/** Types that a gradient can have. */
export type FloatType = typeof dataType.float | typeof dataType.bfloat16 | typeof dataType.half;

export function isFloat(type: DataType): type is FloatType {
  return type === dataType.float || type === dataType.bfloat16 || type === dataType.half;
}

/** Sizes per axis; null: known only when the graph runs (the batch axis). */
export type Shape = readonly (number | null)[];

/** One output of a node. `shape` null: unknown even in rank. */
export interface Tensor {
  readonly node: Node;
  readonly index: number;
  readonly type: DataType;
  readonly shape: Shape;
}

export type Attribute =
  | { string: string }
  | { integer: number }
  | { float: number }
  | { boolean: boolean }
  | { type: DataType }
  | { shape: Shape }
  | { integers: readonly number[] }
  | { tensor: ConstantValue };

export interface ConstantValue {
  type: DataType;
  shape: readonly number[];
  data: Float32Array | Int32Array;
}

/** Gradients of the loss by a node's inputs, given those by its outputs; null where none flows. */
export type Gradient = (outputs: readonly (Tensor | null)[]) => readonly (Tensor | null)[];

export interface Node {
  readonly name: string;
  readonly operation: string;
  readonly inputs: readonly Tensor[];
  /** Nodes that must have run before. */
  readonly control: readonly Node[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly outputs: readonly Tensor[];
  /** Whether a trainable variable or a watched tensor lies upstream, so that a gradient must pass through. */
  readonly differentiable: boolean;
  readonly gradient: Gradient | null;
}

export interface Variable {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: FloatType;
  readonly trainable: boolean;
  readonly handle: Tensor;
}

/** A named entry into the graph: what is fed and what comes out. Inputs with a default may be left out. */
export interface Signature {
  inputs: Record<string, Tensor>;
  outputs: Record<string, Tensor>;
}
