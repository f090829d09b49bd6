import type { Attribute, DataType, FloatType, Gradient, Node, Shape, Signature, Tensor, Variable } from './types.ts';
import { dataType, isFloat } from './types.ts';

export interface OutputSpec {
  type: DataType;
  shape: Shape;
}

/** The operation whose node may be left unfed. */
export const placeholderWithDefault = 'PlaceholderWithDefault';

export interface NodeOptions {
  name?: string;
  control?: readonly Node[];
  gradient?: Gradient;
}

/** What `Graph.gradients` found; null where the output does not depend on what is asked for. */
export interface Gradients {
  by(variable: Variable): Tensor | null;
  byTensor(watched: Tensor): Tensor | null;
}

/** A TensorFlow graph under construction: nodes in the order they were added, which is an order they can run in. */
export class Graph {
  readonly signatures: Record<string, Signature> = {};
  readonly #nodes = new Map<string, Node>();
  readonly #constants = new Map<string, Tensor>();
  readonly #reads = new Map<Node, Variable>();
  readonly #watched = new Set<Node>();

  nodes(): Node[] {
    return [...this.#nodes.values()];
  }

  add(
    operation: string,
    inputs: readonly Tensor[],
    attributes: Record<string, Attribute>,
    outputs: readonly OutputSpec[],
    options: NodeOptions = {},
  ): Node {
    const tensors: Tensor[] = [];
    const node: Node = {
      name: this.#uniqueName(options.name ?? operation),
      operation,
      inputs,
      control: options.control ?? [],
      attributes,
      outputs: tensors,
      // Nothing flows back through shapes, counts and comparisons.
      differentiable:
        outputs.some((output) => isFloat(output.type)) && inputs.some((input) => input.node.differentiable),
      gradient: options.gradient ?? null,
    };
    outputs.forEach((output, index) => {
      tensors.push({ node, index, type: output.type, shape: output.shape });
    });
    this.#nodes.set(node.name, node);
    return node;
  }

  /** A node with one output, as that output. */
  tensor(
    operation: string,
    inputs: readonly Tensor[],
    attributes: Record<string, Attribute>,
    output: OutputSpec,
    options: NodeOptions = {},
  ): Tensor {
    return first(this.add(operation, inputs, attributes, [output], options));
  }

  floats(values: number | readonly number[]): Tensor {
    return this.#constant(dataType.float, values);
  }

  integers(values: number | readonly number[]): Tensor {
    return this.#constant(dataType.int32, values);
  }

  /** A float32 constant of any shape. Unlike `floats` it is not shared. */
  constant(name: string, data: Float32Array, shape: readonly number[]): Tensor {
    return this.#constantNode(name, dataType.float, shape, data);
  }

  placeholder(name: string, type: DataType, shape: Shape): Tensor {
    return this.tensor('Placeholder', [], { dtype: { type }, shape: { shape } }, { type, shape }, { name });
  }

  /** A placeholder that is `value` where nothing is fed. */
  placeholderWithDefault(name: string, value: Tensor): Tensor {
    const { type, shape } = value;
    return this.tensor(placeholderWithDefault, [value], { dtype: { type }, shape: { shape } }, value, { name });
  }

  /** A resource variable; it has no value before something is assigned. */
  variable(name: string, shape: readonly number[], trainable: boolean, type: FloatType = dataType.float): Variable {
    const handle = this.tensor(
      'VarHandleOp',
      [],
      {
        dtype: { type },
        shape: { shape },
        shared_name: { string: name },
        container: { string: '' },
      },
      { type: dataType.resource, shape: [] },
      { name },
    );
    return { name, shape, type, trainable, handle };
  }

  read(variable: Variable, control: readonly Node[] = []): Tensor {
    const node = this.add(
      'ReadVariableOp',
      [variable.handle],
      { dtype: { type: variable.type } },
      [{ type: variable.type, shape: variable.shape }],
      { name: `${variable.name}/read`, control },
    );
    (node as { differentiable: boolean }).differentiable = variable.trainable;
    this.#reads.set(node, variable);
    return first(node);
  }

  /** `x`, by which the gradient will be asked for; what is computed from it is differentiated. */
  watch(x: Tensor): Tensor {
    const node = this.add('Identity', [x], { T: { type: x.type } }, [x], { name: 'watched' });
    (node as { differentiable: boolean }).differentiable = true;
    this.#watched.add(node);
    return first(node);
  }

  assign(variable: Variable, value: Tensor, control: readonly Node[] = []): Node {
    return this.add('AssignVariableOp', [variable.handle, value], { dtype: { type: variable.type } }, [], {
      name: `${variable.name}/assign`,
      control,
    });
  }

  /** A tensor to fetch so that `nodes` run: a session can only be asked for outputs. */
  after(name: string, value: Tensor, nodes: readonly Node[]): Tensor {
    return this.tensor('Identity', [value], { T: { type: value.type } }, value, { name, control: nodes });
  }

  /** The nodes that take `node`'s output, among those added so far. */
  consumers(node: Node): Node[] {
    return this.nodes().filter((other) => other.inputs.some((input) => input.node === node));
  }

  /**
   * Reverse-mode differentiation: the gradient of Σ seedᵢ·outputᵢ by the trainable variables and watched tensors upstream of
   * `output`.
   */
  gradients(output: Tensor, seed: Tensor): Gradients {
    const pending = new Map<Node, (Tensor[] | undefined)[]>();
    const accumulate = (tensor: Tensor, gradient: Tensor | null | undefined) => {
      if (!gradient || !tensor.node.differentiable) return;
      const lists = pending.get(tensor.node) ?? [];
      pending.set(tensor.node, lists);
      const list = lists[tensor.index];
      if (list) list.push(gradient);
      else lists[tensor.index] = [gradient];
    };
    const byVariable = new Map<Variable, Tensor>();
    const byNode = new Map<Node, Tensor>();
    const forward = this.nodes();
    accumulate(output, seed);
    for (const node of forward.reverse()) {
      const lists = pending.get(node);
      if (!lists) continue;
      const gradients = node.outputs.map((_, index) => this.#sum(lists[index]));
      const [gradient] = gradients;
      const variable = this.#reads.get(node);
      if (variable) {
        if (!gradient) continue;
        const other = byVariable.get(variable);
        byVariable.set(variable, (other && this.#sum([other, gradient])) ?? gradient);
        continue;
      }
      if (this.#watched.has(node)) {
        if (gradient) byNode.set(node, gradient);
        continue;
      }
      if (!node.gradient) throw new Error(`The operation ${node.operation} (${node.name}) has no gradient.`);
      const inputs = node.gradient(gradients);
      node.inputs.forEach((input, index) => {
        accumulate(input, inputs[index]);
      });
    }
    return {
      by: (variable) => byVariable.get(variable) ?? null,
      byTensor: (watched) => byNode.get(watched.node) ?? null,
    };
  }

  #sum(tensors: readonly Tensor[] | undefined): Tensor | null {
    const [one, ...more] = tensors ?? [];
    if (!one) return null;
    if (more.length === 0) return one;
    const inputs = [one, ...more];
    return this.tensor('AddN', inputs, { N: { integer: inputs.length }, T: { type: one.type } }, one);
  }

  #constant(type: typeof dataType.float | typeof dataType.int32, values: number | readonly number[]): Tensor {
    const list = typeof values === 'number' ? [values] : values;
    const shape = typeof values === 'number' ? [] : [values.length];
    const key = `${type}|${shape}|${list.map((value) => (Object.is(value, -0) ? '-0' : value))}`;
    const known = this.#constants.get(key);
    if (known) return known;
    const data = type === dataType.float ? Float32Array.from(list) : Int32Array.from(list);
    const tensor = this.#constantNode('Const', type, shape, data);
    this.#constants.set(key, tensor);
    return tensor;
  }

  #constantNode(
    name: string,
    type: typeof dataType.float | typeof dataType.int32,
    shape: readonly number[],
    data: Float32Array | Int32Array,
  ): Tensor {
    const attributes = { dtype: { type }, value: { tensor: { type, shape, data } } };
    return this.tensor('Const', [], attributes, { type, shape }, { name });
  }

  #uniqueName(wanted: string): string {
    const base = wanted.replace(/[^A-Za-z0-9_./-]/g, '_').replace(/^[^A-Za-z0-9.]/, 'n$&');
    let name = base;
    for (let i = 1; this.#nodes.has(name); i++) name = `${base}_${i}`;
    return name;
  }
}

export function first(node: Node): Tensor {
  const tensor = node.outputs[0];
  if (!tensor) throw new Error(`The operation ${node.operation} has no output.`);
  return tensor;
}
