import type { ClipConfig } from '../../../training/config.ts';
import { add, bound, divide, multiply, unary } from '../graph/elementwise.ts';
import type { Graph } from '../graph/graph.ts';
import type { Tensor, Variable } from '../graph/types.ts';
import { dataType } from '../graph/types.ts';

/** Of `torch.nn.utils.clip_grad_norm_`: keeps the factor finite where the norm is 0. */
const NORM_EPSILON = 1e-6;

export type VariableGradients = ReadonlyMap<Variable, Tensor>;

export interface Clipped {
  gradients: VariableGradients;
  /** Global L2 norm before any clipping, a scalar; null without clipping by norm. */
  norm: Tensor | null;
}

/** Clips first by value, then by global norm. */
export function clipped(graph: Graph, gradients: VariableGradients, clip: ClipConfig): Clipped {
  const norm = clip.norm > 0 ? globalNorm(graph, gradients) : null;
  const limited =
    clip.value > 0
      ? mapped(gradients, (one) => bound(graph, 'Minimum', bound(graph, 'Maximum', one, -clip.value), clip.value))
      : gradients;
  if (!norm) return { gradients: limited, norm };
  const left = clip.value > 0 ? globalNorm(graph, limited) : norm;
  const room = divide(graph, graph.floats(clip.norm), add(graph, left, NORM_EPSILON));
  const factor = bound(graph, 'Minimum', room, 1);
  return { gradients: mapped(limited, (one) => multiply(graph, one, factor)), norm };
}

/** Whether every element is a number: boolean scalar. */
export function allFinite(graph: Graph, gradients: VariableGradients): Tensor {
  const norm = globalNorm(graph, gradients);
  return graph.tensor('IsFinite', [norm], { T: { type: norm.type } }, { type: dataType.bool, shape: [] });
}

/** √Σ g², a scalar. */
function globalNorm(graph: Graph, gradients: VariableGradients): Tensor {
  const halves = [...gradients.values()].map((one) =>
    graph.tensor('L2Loss', [one], { T: { type: one.type } }, { type: one.type, shape: [] }),
  );
  const attributes = { N: { integer: halves.length }, T: { type: dataType.float } };
  const total = graph.tensor('AddN', halves, attributes, { type: dataType.float, shape: [] });
  return unary(graph, 'Sqrt', multiply(graph, total, 2));
}

export function mapped(gradients: VariableGradients, change: (one: Tensor, variable: Variable) => Tensor) {
  return new Map([...gradients].map(([variable, one]) => [variable, change(one, variable)] as const));
}
