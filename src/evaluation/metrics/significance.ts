import { logChoose } from '../distributions.ts';

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
