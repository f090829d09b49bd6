export type Objective = (x: Float64Array) => { value: number; gradient: Float64Array };

export interface MinimizeOptions {
  iterations: number;
  /** Largest absolute value of the gradient at which it ends; default 1e-5. */
  tolerance?: number;
  /** Pairs of steps and gradients remembered; default 10. */
  memory?: number;
}

interface Step {
  s: Float64Array;
  y: Float64Array;
  rho: number;
}

/** Sufficient decrease (Armijo) and curvature (weak Wolfe), as Nocedal & Wright 2006, algorithm 7.5, recommend. */
const DECREASE = 1e-4;
const CURVATURE = 0.9;
const MOST_TRIALS = 25;

/**
 * Limited-memory BFGS (Liu & Nocedal 1989) with a line search by bisection for the weak Wolfe conditions. Deterministic.
 * @param start is not changed
 */
export function minimize(objective: Objective, start: Float64Array, options: MinimizeOptions): Float64Array {
  const { iterations, tolerance = 1e-5, memory = 10 } = options;
  const history: Step[] = [];
  let x: Float64Array = start.slice();
  let current = objective(x);
  for (let i = 0; i < iterations && largest(current.gradient) > tolerance; i++) {
    let direction = twoLoop(current.gradient, history);
    if (dot(direction, current.gradient) >= 0) {
      history.length = 0;
      direction = current.gradient.map((g) => -g);
    }
    const first = history.length === 0 ? Math.min(1, 1 / largest(current.gradient)) : 1;
    const found = search(objective, x, current, direction, first);
    if (!found) break;
    const s = difference(found.x, x);
    const y = difference(found.at.gradient, current.gradient);
    const product = dot(s, y);
    if (product > 1e-12) history.push({ s, y, rho: 1 / product });
    if (history.length > memory) history.shift();
    x = found.x;
    current = found.at;
  }
  return x;
}

/** −H·g by the two-loop recursion. */
function twoLoop(gradient: Float64Array, history: readonly Step[]): Float64Array {
  const q = gradient.map((g) => -g);
  const alphas: number[] = [];
  for (const { s, y, rho } of [...history].reverse()) {
    const alpha = rho * dot(s, q);
    alphas.push(alpha);
    addScaled(q, y, -alpha);
  }
  const last = history.at(-1);
  if (last) {
    const scale = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) * scale;
  }
  for (const { s, y, rho } of history) {
    const beta = rho * dot(y, q);
    addScaled(q, s, (alphas.pop() as number) - beta);
  }
  return q;
}

function search(
  objective: Objective,
  x: Float64Array,
  from: ReturnType<Objective>,
  direction: Float64Array,
  first: number,
): { x: Float64Array; at: ReturnType<Objective> } | null {
  const slope = dot(from.gradient, direction);
  let [low, high, step] = [0, Number.POSITIVE_INFINITY, first];
  let best: { x: Float64Array; at: ReturnType<Objective> } | null = null;
  for (let trial = 0; trial < MOST_TRIALS; trial++) {
    const next = x.slice();
    addScaled(next, direction, step);
    const at = objective(next);
    if (!(at.value <= from.value + DECREASE * step * slope)) high = step;
    else {
      best = { x: next, at };
      if (dot(at.gradient, direction) >= CURVATURE * slope) return best;
      low = step;
    }
    step = Number.isFinite(high) ? (low + high) / 2 : 2 * step;
  }
  return best;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) + factor * (b[i] as number);
}

function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - (b[i] as number));
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
