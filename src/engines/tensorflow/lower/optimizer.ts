import type { OptimizerConfig } from '../../../training/config.ts';
import { type OptimizerSlot, slotName } from '../../weight-names.ts';
import { add, divide, multiply, subtract, unary } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node, Tensor, Variable } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';
import type { VariableGradients } from './update-gradients.ts';

/** Scalars that the trainer feeds with every step, because they change with it or are computed in double precision. */
export interface StepScalars {
  learningRate: Tensor;
  /** SGD's and RMSprop's momentum, or β₁. */
  momentum: Tensor;
  /** √(1 − β₂ᵗ)/(1 − β₁ᵗ), Adam’s factor of the learning rate. */
  correction: Tensor;
  /** ε·√(1 − β₂ᵗ): TensorFlow adds ε to the uncorrected √v where PyTorch adds it to the corrected one. */
  scaledEpsilon: Tensor;
}

export interface OptimizerGraph {
  /** By weight; run after the gradients, and nothing else may write the weights. */
  updates: Map<Variable, Node>;
  slots: Variable[];
}

/** One weight's update. */
interface Update {
  weight: Variable;
  /** Its value before the update. */
  value: Tensor;
  /** Averaged and clipped. */
  gradient: Tensor;
  /** Its layer's. */
  learningRate: Tensor;
  /** 0 for weights that must not decay. */
  weightDecay: number;
  slot(name: OptimizerSlot): Variable;
  /** What reads the weight: an update that starts while the old value is being read has to copy it. */
  readers: readonly Node[];
}

/**
 * One step on every variable that has a gradient, as PyTorch 2 defines SGD, Adam, AdamW and RMSprop; Lion as Chen et al. 2023.
 * @param weightValue the weight's value before the update
 * @param rateOf factor of the learning rate
 */
export function lowerOptimizer(
  graph: Graph,
  config: OptimizerConfig,
  gradients: VariableGradients,
  scalars: StepScalars,
  weightValue: (weight: Variable) => Tensor,
  rateOf: (weight: Variable) => number,
): OptimizerGraph {
  const slots: Variable[] = [];
  const step = steps[config.name];
  // Collected before the updates are added.
  const readers = new Map([...gradients.keys()].map((one) => [one, graph.consumers(weightValue(one).node)]));
  const updates = [...gradients].map(([weight, gradient]) => {
    const rate = rateOf(weight);
    const update: Update = {
      weight,
      value: weightValue(weight),
      gradient,
      learningRate: rate === 1 ? scalars.learningRate : multiply(graph, scalars.learningRate, rate),
      // Biases and batch-norm scales are vectors.
      weightDecay: weight.shape.length > 1 ? config.weightDecay : 0,
      slot(name) {
        const created = graph.variable(slotName(weight.name, name), weight.shape, false);
        slots.push(created);
        return created;
      },
      readers: readers.get(weight) ?? [],
    };
    return [weight, step(graph, config, scalars, update)] as const;
  });
  return { updates: new Map(updates), slots };
}

type Step = (graph: Graph, config: OptimizerConfig, scalars: StepScalars, update: Update) => Node;

const steps: Record<OptimizerConfig['name'], Step> = { sgd, adam, adamw: adam, rmsprop, lion };

const fused = { T: { type: dataType.float }, use_locking: { boolean: false } };

/** g += λw; v = μv + g; w −= η·v, with Nesterov's momentum w −= η·(g + μv). */
function sgd(graph: Graph, config: OptimizerConfig, scalars: StepScalars, update: Update): Node {
  const { weight, learningRate, readers } = update;
  const g = withDecay(graph, update);
  const options = { name: `${weight.name}/update`, control: readers };
  if (config.momentum === 0) {
    return graph.add('ResourceApplyGradientDescent', [weight.handle, learningRate, g], fused, [], options);
  }
  const inputs = [weight.handle, update.slot('momentum').handle, learningRate, g, scalars.momentum];
  return graph.add(
    'ResourceApplyMomentum',
    inputs,
    { ...fused, use_nesterov: { boolean: config.nesterov } },
    [],
    options,
  );
}

/** Adam g += λw, AdamW w −= ηλw; m = β₁m + (1 − β₁)g; v = β₂v + (1 − β₂)g²; w −= η/(1 − β₁ᵗ)·m/(√v/√(1 − β₂ᵗ) + ε). */
function adam(graph: Graph, config: OptimizerConfig, scalars: StepScalars, update: Update): Node {
  const { weight, learningRate, readers } = update;
  const decoupled = config.name === 'adamw';
  const g = decoupled ? update.gradient : withDecay(graph, update);
  const control = decoupled && update.weightDecay > 0 ? [shrink(graph, update)] : readers;
  // Told that β₁ᵗ and β₂ᵗ are 0, TensorFlow corrects nothing; in its float32 1 − β₂ᵗ would lose four digits.
  const zero = graph.floats(0);
  const inputs = [
    weight.handle,
    update.slot('m').handle,
    update.slot('v').handle,
    zero,
    zero,
    multiply(graph, learningRate, scalars.correction),
    scalars.momentum,
    graph.floats(config.beta2),
    scalars.scaledEpsilon,
    g,
  ];
  const attributes = { ...fused, use_nesterov: { boolean: false } };
  return graph.add('ResourceApplyAdam', inputs, attributes, [], { name: `${weight.name}/update`, control });
}

/** g += λw; v = αv + (1 − α)g²; step = g/(√v + ε); with momentum b = μb + step takes its place; w −= η·step. */
function rmsprop(graph: Graph, config: OptimizerConfig, scalars: StepScalars, update: Update): Node {
  const { weight, learningRate, value } = update;
  const g = withDecay(graph, update);
  const v = assigned(graph, update.slot('v'), (old) =>
    add(graph, multiply(graph, old, config.rho), multiply(graph, multiply(graph, g, g), 1 - config.rho)),
  );
  const step = divide(graph, g, add(graph, unary(graph, 'Sqrt', v.value), config.epsilon));
  const momentum =
    config.momentum > 0
      ? assigned(graph, update.slot('momentum'), (old) => add(graph, multiply(graph, old, scalars.momentum), step))
      : null;
  const change = multiply(graph, momentum?.value ?? step, learningRate);
  return graph.assign(weight, subtract(graph, value, change), [v.node, ...(momentum ? [momentum.node] : [])]);
}

/** w −= ηλw; w −= η·sign(β₁m + (1 − β₁)g); m = β₂m + (1 − β₂)g. */
function lion(graph: Graph, config: OptimizerConfig, scalars: StepScalars, update: Update): Node {
  const { weight, learningRate, gradient: g, value } = update;
  const slot = update.slot('m');
  const old = graph.read(slot);
  const blend = add(
    graph,
    multiply(graph, old, scalars.momentum),
    multiply(graph, g, subtract(graph, graph.floats(1), scalars.momentum)),
  );
  const next = add(graph, multiply(graph, old, config.beta2), multiply(graph, g, 1 - config.beta2));
  const moved = graph.assign(slot, next);
  const change = multiply(graph, unary(graph, 'Sign', blend), learningRate);
  const kept = update.weightDecay > 0 ? multiply(graph, value, keepShare(graph, update)) : value;
  return graph.assign(weight, subtract(graph, kept, change), [moved]);
}

function assigned(graph: Graph, slot: Variable, next: (old: Tensor) => Tensor): { value: Tensor; node: Node } {
  const value = next(graph.read(slot));
  return { value, node: graph.assign(slot, value) };
}

/** g + λw */
function withDecay(graph: Graph, { gradient, value, weightDecay }: Update): Tensor {
  return weightDecay > 0 ? add(graph, gradient, multiply(graph, value, weightDecay)) : gradient;
}

/** w ← (1 − ηλ)·w, once the gradient is there: a gate that stops the one must stop the other. */
function shrink(graph: Graph, update: Update): Node {
  const smaller = multiply(graph, update.value, keepShare(graph, update));
  return graph.assign(update.weight, smaller, [...update.readers, update.gradient.node]);
}

/** 1 − ηλ */
function keepShare(graph: Graph, { learningRate, weightDecay }: Update): Tensor {
  return subtract(graph, graph.floats(1), multiply(graph, learningRate, weightDecay));
}
