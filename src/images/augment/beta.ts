import type { Random } from '../../random.ts';

/** One draw from the Beta(α, α) distribution, α > 0: a share of two gamma draws. */
export function drawBeta(alpha: number, random: Random): number {
  const first = drawGamma(alpha, random);
  const second = drawGamma(alpha, random);
  // With a small α both may be too small for a double: then nearly all of the mass is at 0 and 1.
  if (first + second === 0) return random() < 0.5 ? 0 : 1;
  return first / (first + second);
}

/** Marsaglia and Tsang 2000; below 1 through Gamma(α + 1) · u^(1/α). */
function drawGamma(alpha: number, random: Random): number {
  if (alpha < 1) return drawGamma(alpha + 1, random) * (1 - random()) ** (1 / alpha);
  const d = alpha - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = drawNormal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** Box–Muller. */
function drawNormal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
