/** What tells two classes apart: f(x) = Σ coefficients_i · K(x_i, x) − rho, above 0 for the first class. */
export interface BinaryMachine {
  /** [row], α_i · y_i; 0 for rows that are no support vectors. */
  coefficients: Float64Array;
  rho: number;
}

export interface SmoOptions {
  /** The most that a row counts, C > 0. */
  cost: number;
  /** How far the conditions of optimality may be missed; default 1e-3, as in libsvm. */
  tolerance?: number;
}

/** Takes the place of a curvature that is not above 0 (libsvm's TAU). */
const LEAST_CURVATURE = 1e-12;
/** Steps at most, in multiples of the rows; libsvm's limit is higher still, and neither is met by well-scaled features. */
const STEPS_PER_ROW = 1000;

/**
 * Support vector classification with hinge loss by sequential minimal optimisation: minimises ½ αᵀQα − Σα, 0 ≤ α ≤ C, Σ y·α = 0 with the
 * choice of working sets by second order information (Fan, Chen & Lin 2005), as libsvm does, without shrinking. Deterministic.
 * @param kernel [row, row]
 * @param signs [row], +1 for the first class, −1 for the second
 */
export function solveSmo(
  kernel: Float32Array,
  signs: Int8Array,
  { cost, tolerance = 1e-3 }: SmoOptions,
): BinaryMachine {
  const n = signs.length;
  const alphas = new Float64Array(n);
  const gradient = new Float64Array(n).fill(-1);
  for (let step = 0; step < STEPS_PER_ROW * n; step++) {
    const pair = workingSet(kernel, signs, alphas, gradient, cost, tolerance);
    if (!pair) break;
    move(kernel, signs, alphas, gradient, cost, pair);
  }
  const coefficients = alphas.map((alpha, i) => alpha * (signs[i] as number));
  return { coefficients, rho: offset(signs, alphas, gradient, cost) };
}

/** [row], decisions of a machine on rows that it may not have been fitted to. @param kernel [row, row of the machine] */
export function decide(kernel: Float32Array, { coefficients, rho }: BinaryMachine): Float64Array {
  const n = coefficients.length;
  return Float64Array.from({ length: kernel.length / n }, (_, row) => {
    let sum = -rho;
    for (let i = 0; i < n; i++) sum += (coefficients[i] as number) * (kernel[row * n + i] as number);
    return sum;
  });
}

/** The two rows whose α gain most together; null: optimal within the tolerance. */
function workingSet(
  kernel: Float32Array,
  signs: Int8Array,
  alphas: Float64Array,
  gradient: Float64Array,
  cost: number,
  tolerance: number,
): [number, number] | null {
  const n = signs.length;
  let [first, most] = [-1, Number.NEGATIVE_INFINITY];
  for (let t = 0; t < n; t++) {
    const isUp = signs[t] === 1 ? (alphas[t] as number) < cost : (alphas[t] as number) > 0;
    const value = -(signs[t] as number) * (gradient[t] as number);
    if (isUp && value > most) [first, most] = [t, value];
  }
  if (first < 0) return null;
  let [second, least, best] = [-1, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  const row = first * n;
  const own = kernel[row + first] as number;
  for (let t = 0; t < n; t++) {
    const isLow = signs[t] === 1 ? (alphas[t] as number) > 0 : (alphas[t] as number) < cost;
    if (!isLow) continue;
    const value = -(signs[t] as number) * (gradient[t] as number);
    if (value < least) least = value;
    const violation = most - value;
    if (violation <= 0) continue;
    const curvature = own + (kernel[t * n + t] as number) - 2 * (kernel[row + t] as number);
    const gain = -(violation * violation) / Math.max(curvature, LEAST_CURVATURE);
    if (gain < best) [second, best] = [t, gain];
  }
  return second < 0 || most - least < tolerance ? null : [first, second];
}

/** Moves both α along Σ y·α = 0 to the minimum, or to the edge of the box. */
function move(
  kernel: Float32Array,
  signs: Int8Array,
  alphas: Float64Array,
  gradient: Float64Array,
  cost: number,
  [i, j]: [number, number],
): void {
  const n = signs.length;
  const [yi, yj] = [signs[i] as number, signs[j] as number];
  const [rowI, rowJ] = [i * n, j * n];
  const curvature = (kernel[rowI + i] as number) + (kernel[rowJ + j] as number) - 2 * (kernel[rowI + j] as number);
  const [oldI, oldJ] = [alphas[i] as number, alphas[j] as number];
  // α_i grows by yi·step and α_j by −yj·step.
  const wanted = (-yi * (gradient[i] as number) + yj * (gradient[j] as number)) / Math.max(curvature, LEAST_CURVATURE);
  const roomI = yi === 1 ? cost - oldI : oldI;
  const roomJ = yj === 1 ? oldJ : cost - oldJ;
  const step = Math.min(wanted, roomI, roomJ);
  // At an edge the edge itself, so that rounding leaves no α just beside it.
  alphas[i] = step === roomI ? (yi === 1 ? cost : 0) : oldI + yi * step;
  alphas[j] = step === roomJ ? (yj === 1 ? 0 : cost) : oldJ - yj * step;
  const [changeI, changeJ] = [((alphas[i] as number) - oldI) * yi, ((alphas[j] as number) - oldJ) * yj];
  for (let t = 0; t < n; t++) {
    const change = changeI * (kernel[rowI + t] as number) + changeJ * (kernel[rowJ + t] as number);
    gradient[t] = (gradient[t] as number) + (signs[t] as number) * change;
  }
}

/** ρ: the mean of y·gradient over rows between the edges, else the middle of what the edges allow. */
function offset(signs: Int8Array, alphas: Float64Array, gradient: Float64Array, cost: number): number {
  let [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [sum, free] = [0, 0];
  signs.forEach((sign, i) => {
    const value = sign * (gradient[i] as number);
    const alpha = alphas[i] as number;
    if (alpha > 0 && alpha < cost) {
      sum += value;
      free++;
    } else if (alpha >= cost === (sign === -1)) high = Math.min(high, value);
    else low = Math.max(low, value);
  });
  return free > 0 ? sum / free : (low + high) / 2;
}
