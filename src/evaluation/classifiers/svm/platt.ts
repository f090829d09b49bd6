/** P(first class | decision f) = 1 / (1 + e^(slope·f + offset)); a good slope is negative. */
export interface Sigmoid {
  slope: number;
  offset: number;
}

const ITERATIONS = 100;
const LEAST_STEP = 1e-10;
const RIDGE = 1e-12;
const TOLERANCE = 1e-5;

/**
 * Platt's probabilities for support vector machines by Newton's method with backtracking (Lin, Lin & Weng 2007, their algorithm 1).
 * @param decisions [row], of machines that did not see the row
 * @param signs [row], +1 for the first class, −1 for the second
 */
export function fitSigmoid(decisions: Float64Array, signs: Int8Array): Sigmoid {
  const first = signs.reduce((count, sign) => count + (sign === 1 ? 1 : 0), 0);
  const second = signs.length - first;
  // Targets short of 0 and 1, so that classes that are told apart without fault keep a finite slope.
  const targets = Float64Array.from(signs, (sign) => (sign === 1 ? (first + 1) / (first + 2) : 1 / (second + 2)));
  let at: Sigmoid = { slope: 0, offset: Math.log((second + 1) / (first + 1)) };
  let value = loss(decisions, targets, at);
  for (let i = 0; i < ITERATIONS; i++) {
    const { gradient, direction } = newton(decisions, targets, at);
    if (Math.abs(gradient[0]) < TOLERANCE && Math.abs(gradient[1]) < TOLERANCE) break;
    const descent = gradient[0] * direction[0] + gradient[1] * direction[1];
    let step = 1;
    for (; step >= LEAST_STEP; step /= 2) {
      const next = { slope: at.slope + step * direction[0], offset: at.offset + step * direction[1] };
      const lower = loss(decisions, targets, next);
      if (lower >= value + 1e-4 * step * descent) continue;
      [at, value] = [next, lower];
      break;
    }
    if (step < LEAST_STEP) break;
  }
  return at;
}

export function sigmoidOf({ slope, offset }: Sigmoid, decision: number): number {
  const z = decision * slope + offset;
  // The branch whose exponential can't overflow.
  return z >= 0 ? Math.exp(-z) / (1 + Math.exp(-z)) : 1 / (1 + Math.exp(z));
}

function loss(decisions: Float64Array, targets: Float64Array, { slope, offset }: Sigmoid): number {
  return decisions.reduce((sum, decision, i) => {
    const z = decision * slope + offset;
    const target = targets[i] as number;
    return sum + (z >= 0 ? target * z + Math.log1p(Math.exp(-z)) : (target - 1) * z + Math.log1p(Math.exp(z)));
  }, 0);
}

function newton(
  decisions: Float64Array,
  targets: Float64Array,
  at: Sigmoid,
): { gradient: [number, number]; direction: [number, number] } {
  let [h11, h22, h21, g1, g2] = [RIDGE, RIDGE, 0, 0, 0];
  decisions.forEach((decision, i) => {
    const p = sigmoidOf(at, decision);
    const spread = p * (1 - p);
    const error = (targets[i] as number) - p;
    h11 += decision * decision * spread;
    h22 += spread;
    h21 += decision * spread;
    g1 += decision * error;
    g2 += error;
  });
  const determinant = h11 * h22 - h21 * h21;
  return {
    gradient: [g1, g2],
    direction: [-(h22 * g1 - h21 * g2) / determinant, -(h11 * g2 - h21 * g1) / determinant],
  };
}
