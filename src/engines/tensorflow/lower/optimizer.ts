import type { OptimizerConfig } from '../../../training/config.ts';
import { type OptimizerSlot, slotName } from '../../weight-names.ts';
import { add, multiply, subtract } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node, Tensor, Variable } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';
import type { WeightReader } from './weights.ts';

/** Scalars that the trainer feeds with every step, because they change with the step or are computed in double precision. */
export interface StepScalars {
  learningRate: Tensor;
  /** β₁ᵗ and β₂ᵗ with t counted from 1. */
  beta1Power: Tensor;
  beta2Power: Tensor;
  /** ε·√(1 − β₂ᵗ): TensorFlow adds ε to the uncorrected √v where PyTorch and TensorFlow.js add it to the corrected one. */
  scaledEpsilon: Tensor;
}

export interface OptimizerGraph {
  /** Run after the gradients; nothing else may write the weights. */
  updates: Node[];
  slots: Variable[];
}

const floatAttributes = { T: { type: dataType.float }, use_locking: { boolean: false } };

/**
 * One step of SGD (v ← μv + g; w ← w − ηv), Adam or AdamW (Kingma & Ba 2015; Loshchilov & Hutter 2019) on every variable that
 * has a gradient, as PyTorch defines them.
 */
export function lowerOptimizer(
  graph: Graph,
  config: OptimizerConfig,
  gradients: ReadonlyMap<Variable, Tensor>,
  weights: WeightReader,
  scalars: StepScalars,
): OptimizerGraph {
  const slots: Variable[] = [];
  const slotOf = (variable: Variable, slot: OptimizerSlot): Variable => {
    const created = graph.variable(slotName(variable.name, slot), variable.shape, false);
    slots.push(created);
    return created;
  };
  // Collected before the updates are added: an update that starts while the old value is still being read has to copy it.
  const readers = new Map([...gradients.keys()].map((one) => [one, graph.consumers(weights.value(one).node)]));
  const updates = [...gradients].map(([variable, gradient]) => {
    const control = readers.get(variable) ?? [];
    const decays = config.weightDecay > 0 && isDecayed(variable);
    const options = { name: `${variable.name}/update`, control };
    if (config.name === 'sgd') {
      const g = decays ? withDecay(graph, gradient, weights.value(variable), config.weightDecay) : gradient;
      if (config.momentum === 0) {
        const inputs = [variable.handle, scalars.learningRate, g];
        return graph.add('ResourceApplyGradientDescent', inputs, floatAttributes, [], options);
      }
      const momentum = slotOf(variable, 'momentum');
      const inputs = [variable.handle, momentum.handle, scalars.learningRate, g, graph.floats(config.momentum)];
      const attributes = { ...floatAttributes, use_nesterov: { boolean: false } };
      return graph.add('ResourceApplyMomentum', inputs, attributes, [], options);
    }
    const decoupled = config.name === 'adamw';
    const g = decays && !decoupled ? withDecay(graph, gradient, weights.value(variable), config.weightDecay) : gradient;
    const before =
      decays && decoupled
        ? [shrink(graph, variable, weights, scalars.learningRate, config.weightDecay, control)]
        : control;
    const inputs = [
      variable.handle,
      slotOf(variable, 'm').handle,
      slotOf(variable, 'v').handle,
      scalars.beta1Power,
      scalars.beta2Power,
      scalars.learningRate,
      graph.floats(config.beta1),
      graph.floats(config.beta2),
      scalars.scaledEpsilon,
      g,
    ];
    const attributes = { ...floatAttributes, use_nesterov: { boolean: false } };
    return graph.add('ResourceApplyAdam', inputs, attributes, [], { ...options, control: before });
  });
  return { updates, slots };
}

/** Biases and batch-norm scales are vectors; everything else decays. */
function isDecayed(variable: Variable): boolean {
  return variable.shape.length > 1;
}

/** g + λw */
function withDecay(graph: Graph, gradient: Tensor, value: Tensor, decay: number): Tensor {
  return add(graph, gradient, multiply(graph, value, graph.floats(decay)));
}

/** w ← (1 − ηλ)·w */
function shrink(
  graph: Graph,
  variable: Variable,
  weights: WeightReader,
  learningRate: Tensor,
  decay: number,
  control: readonly Node[],
): Node {
  const factor = subtract(graph, graph.floats(1), multiply(graph, learningRate, graph.floats(decay)));
  return graph.assign(variable, multiply(graph, weights.value(variable), factor), control);
}
