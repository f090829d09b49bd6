import { mixSeed, permutation, seededRandom } from '../../../random.ts';
import type { LabelledRows } from '../classifier.ts';
import { fitSigmoid, type Sigmoid } from './platt.ts';
import { type BinaryMachine, decide, type SmoOptions, solveSmo } from './smo.ts';

/** A machine for two classes. */
export interface PairMachine extends BinaryMachine {
  first: number;
  second: number;
  /** [row of the machine], positions in the training rows. */
  rows: Uint32Array;
  sigmoid: Sigmoid;
}

export interface PairOptions extends SmoOptions {
  seed: number;
}

/** Of the decisions that the sigmoid is fitted to. */
const FOLDS = 3;

/**
 * One machine for each two classes that occur (one-against-one, as libsvm), each with Platt's sigmoid fitted to decisions on held-out rows.
 * @param kernel [row, row] of all training rows
 */
export function fitPairs(
  kernel: Float32Array,
  { labels, classes }: Pick<LabelledRows, 'labels' | 'classes'>,
  options: PairOptions,
): PairMachine[] {
  const members = Array.from({ length: classes }, (_, label) =>
    Uint32Array.from([...labels.keys()].filter((i) => labels[i] === label)),
  );
  const machines: PairMachine[] = [];
  for (let first = 0; first < classes; first++) {
    for (let second = first + 1; second < classes; second++) {
      const [one, other] = [members[first] as Uint32Array, members[second] as Uint32Array];
      if (one.length > 0 && other.length > 0)
        machines.push(fitPair(kernel, labels.length, { first, second }, one, other, options));
    }
  }
  return machines;
}

function fitPair(
  kernel: Float32Array,
  total: number,
  classes: { first: number; second: number },
  one: Uint32Array,
  other: Uint32Array,
  { seed, ...smo }: PairOptions,
): PairMachine {
  const rows = Uint32Array.from([...one, ...other]);
  const signs = Int8Array.from(rows, (_, i) => (i < one.length ? 1 : -1));
  const all = Uint32Array.from(rows.keys());
  const own = submatrix(kernel, total, rows, rows);
  const random = seededRandom(mixSeed(seed, classes.first, classes.second));
  const folds = foldsOf(one.length, other.length, random);
  const decisions = new Float64Array(rows.length);
  for (let fold = 0; fold < FOLDS; fold++) {
    const [inside, outside] = [all.filter((i) => folds[i] !== fold), all.filter((i) => folds[i] === fold)];
    const insideSigns = signs.filter((_, i) => folds[i] !== fold);
    if (new Set(insideSigns).size < 2) continue;
    const machine = solveSmo(submatrix(own, rows.length, inside, inside), insideSigns, smo);
    const found = decide(submatrix(own, rows.length, outside, inside), machine);
    outside.forEach((row, i) => {
      decisions[row] = found[i] as number;
    });
  }
  return { ...classes, rows, ...solveSmo(own, signs, smo), sigmoid: fitSigmoid(decisions, signs) };
}

/** Each class spread evenly over the folds, in a random order. */
function foldsOf(first: number, second: number, random: () => number): Uint8Array {
  const result = new Uint8Array(first + second);
  permutation(first, random).forEach((row, i) => {
    result[row] = i % FOLDS;
  });
  permutation(second, random).forEach((row, i) => {
    result[first + row] = i % FOLDS;
  });
  return result;
}

function submatrix(matrix: Float32Array, columns: number, rows: Uint32Array, chosen: Uint32Array): Float32Array {
  const result = new Float32Array(rows.length * chosen.length);
  for (let i = 0; i < rows.length; i++) {
    const from = (rows[i] as number) * columns;
    const into = i * chosen.length;
    for (let j = 0; j < chosen.length; j++) result[into + j] = matrix[from + (chosen[j] as number)] as number;
  }
  return result;
}
