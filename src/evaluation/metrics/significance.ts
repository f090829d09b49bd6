/** Two-sided 97.5 % point of the normal distribution. */
const Z95 = 1.959963984540054;

/** Wilson's 95 % interval of a share; null bounds without trials. */
export function wilson(successes: number, trials: number): { low: number | null; high: number | null } {
  if (!trials) return { low: null, high: null };
  const share = successes / trials;
  const weight = Z95 ** 2 / trials;
  const center = (share + weight / 2) / (1 + weight);
  const half = (Z95 / (1 + weight)) * Math.sqrt((share * (1 - share)) / trials + weight / (4 * trials));
  return { low: Math.max(0, center - half), high: Math.min(1, center + half) };
}

/**
 * Fisher's exact test of the table [[a, b], [c, d]], two-sided: the probability, with the margins as they are, of a table no
 * likelier than this one (as R and SciPy have it).
 */
export function fisherExact(a: number, b: number, c: number, d: number): number {
  const rows = [a + b, c + d] as const;
  const first = a + c;
  const total = rows[0] + rows[1];
  const least = Math.max(0, first - rows[1]);
  const most = Math.min(first, rows[0]);
  const constant = logChoose(total, first);
  const probability = (x: number) => Math.exp(logChoose(rows[0], x) + logChoose(rows[1], first - x) - constant);
  const seen = probability(a) * (1 + 1e-7);
  let sum = 0;
  for (let x = least; x <= most; x++) {
    const value = probability(x);
    if (value <= seen) sum += value;
  }
  return Math.min(1, sum);
}

/** Holm's step-down correction: in the order of the values given. */
export function holm(pValues: readonly number[]): number[] {
  const order = [...pValues.keys()].sort((i, j) => (pValues[i] as number) - (pValues[j] as number));
  const adjusted = new Array<number>(pValues.length);
  let last = 0;
  order.forEach((at, place) => {
    last = Math.max(last, Math.min(1, (pValues[at] as number) * (pValues.length - place)));
    adjusted[at] = last;
  });
  return adjusted;
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/** Lanczos' approximation (g = 7, 9 terms), |error| < 1e-13 relative. @param x ≥ 1 */
function logGamma(x: number): number {
  const terms = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const shifted = x - 1;
  const base = shifted + 7.5;
  const sum = terms.reduce((total, term, i) => total + term / (shifted + i + 1), 0.99999999999980993);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}
