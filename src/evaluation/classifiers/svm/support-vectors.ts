import { MatrixOnBackend } from '../../probes/matrix.ts';
import type { Algorithm, Classifier, LabelledRows } from '../classifier.ts';
import { fitScaler, type Scaler, scaleRows } from '../scaler.ts';
import { couple } from './coupling.ts';
import { fitPairs, type PairMachine } from './pairwise.ts';
import { sigmoidOf } from './platt.ts';

const CHUNK = 512;
/** Costs C that are tried: below the first nothing is learned of features of this scale, above the last all is learned by heart. */
const costs = [0.1, 1, 10];

/**
 * The features are standardised and divided by √size, so that C means the same for few and many of them, and γ = 1 of the RBF kernel
 * e^(−γ‖x − y‖²) is scikit-learn's `gamma='scale'` on standardised ones.
 */
type Kernel = 'linear' | 'rbf';

export const linearMachine: Algorithm = {
  name: 'svm-linear',
  title: 'SVM, linear',
  settings: costs,
  setting: 'C',
  interpretability: 'A weight for each feature and pair of classes, and the images at the border between them.',
  clarity: 2,
  begin: (train, options) => begin(train, options, 'linear'),
};

export const radialMachine: Algorithm = {
  name: 'svm-rbf',
  title: 'SVM, RBF kernel',
  settings: costs,
  setting: 'C',
  interpretability: 'Only the images at the borders between classes can be looked at, not why they are.',
  clarity: 1,
  begin: (train, options) => begin(train, options, 'rbf'),
};

function begin(train: LabelledRows, { seed }: { seed: number }, kernel: Kernel) {
  const { features, size, labels } = train;
  const scaler = fitScaler(features, size);
  const x = new MatrixOnBackend(scaleRows(features, scaler, 1 / Math.sqrt(size)), labels.length, size);
  let gram: Float32Array;
  try {
    gram = gramOf(x, kernel);
  } finally {
    x.dispose();
  }
  return {
    fit: (cost: number) => classifierOf(train, scaler, kernel, fitPairs(gram, train, { cost, seed })),
    dispose: () => undefined,
  };
}

/** [row, row] */
function gramOf(x: MatrixOnBackend, kernel: Kernel): Float32Array {
  const gram = new Float32Array(x.rows * x.rows);
  for (let from = 0; from < x.rows; from += CHUNK) {
    gram.set(x.similarities(from, Math.min(x.rows, from + CHUNK)), from * x.rows);
  }
  if (kernel === 'linear') return gram;
  const lengths = Float64Array.from({ length: x.rows }, (_, i) => gram[i * x.rows + i] as number);
  toRadial(gram, lengths, lengths);
  return gram;
}

/** Turns the products of rows into e^(−‖x − y‖²), in place. @param lengths, others squared lengths of both sides */
function toRadial(products: Float32Array, lengths: Float64Array, others: Float64Array): void {
  const width = others.length;
  lengths.forEach((length, row) => {
    for (let i = 0; i < width; i++) {
      const distance = length + (others[i] as number) - 2 * (products[row * width + i] as number);
      products[row * width + i] = Math.exp(-Math.max(0, distance));
    }
  });
}

function classifierOf(train: LabelledRows, scaler: Scaler, kernel: Kernel, machines: PairMachine[]): Classifier {
  const { size, classes, labels } = train;
  if (machines.length === 0) return certainly(labels[0] ?? 0, size, classes);
  const { decisions, numbers } =
    kernel === 'linear' ? weighted(train, scaler, machines) : compared(train, scaler, machines);
  return {
    bytes: (numbers + 2 * size) * Float32Array.BYTES_PER_ELEMENT,
    probabilities(asked) {
      const rows = asked.length / size;
      const result = new Float32Array(rows * classes);
      const found = decisions(scaleRows(asked, scaler, 1 / Math.sqrt(size)), rows);
      for (let i = 0; i < rows; i++) {
        const own = found.subarray(i * machines.length, (i + 1) * machines.length);
        result.set(probabilitiesOf(own, machines, classes), i * classes);
      }
      return result;
    },
  };
}

/** What decides: scaled rows → [row, machine] without ρ; and how many numbers that takes. */
interface Decisions {
  decisions(scaled: Float32Array, rows: number): Float32Array;
  numbers: number;
}

/** Linear machines are kept as weights: Σ coefficient · (vector · x) = (Σ coefficient · vector) · x. */
function weighted(train: LabelledRows, scaler: Scaler, machines: PairMachine[]): Decisions {
  const { vectors, coefficients, count } = supportOf(train, scaler, machines);
  const matrix = new MatrixOnBackend(vectors, count, train.size);
  const weights = matrix.transposedTimes(coefficients, machines.length);
  matrix.dispose();
  return {
    numbers: weights.length,
    decisions(scaled, rows) {
      const x = new MatrixOnBackend(scaled, rows, train.size);
      try {
        return x.times(weights, machines.length);
      } finally {
        x.dispose();
      }
    },
  };
}

function compared(train: LabelledRows, scaler: Scaler, machines: PairMachine[]): Decisions {
  const { size } = train;
  const { vectors, coefficients, count } = supportOf(train, scaler, machines);
  const lengths = squaredLengths(vectors, size);
  return {
    numbers: vectors.length + coefficients.length,
    decisions(scaled, rows) {
      const result = new Float32Array(rows * machines.length);
      const matrix = new MatrixOnBackend(vectors, count, size);
      try {
        for (let from = 0; from < rows; from += CHUNK) {
          const to = Math.min(rows, from + CHUNK);
          const part = scaled.subarray(from * size, to * size);
          const values = matrix.productsWith(part, to - from);
          toRadial(values, squaredLengths(part, size), lengths);
          const block = new MatrixOnBackend(values, to - from, count);
          result.set(block.times(coefficients, machines.length), from * machines.length);
          block.dispose();
        }
      } finally {
        matrix.dispose();
      }
      return result;
    },
  };
}

/** All rows are of one class: there is nothing to tell apart. */
function certainly(label: number, size: number, classes: number): Classifier {
  return {
    bytes: 0,
    probabilities(asked) {
      const result = new Float32Array((asked.length / size) * classes);
      for (let at = label; at < result.length; at += classes) result[at] = 1;
      return result;
    },
  };
}

/** @param sums [machine], without ρ */
function probabilitiesOf(sums: Float32Array, machines: PairMachine[], classes: number): Float64Array {
  const present = [...new Set(machines.flatMap(({ first, second }) => [first, second]))].sort((a, b) => a - b);
  const pairs = new Float64Array(present.length * present.length);
  machines.forEach(({ first, second, rho, sigmoid }, i) => {
    const [one, other] = [present.indexOf(first), present.indexOf(second)];
    // As libsvm: not quite 0 or 1, so that the classes can be coupled.
    const p = Math.min(1 - 1e-7, Math.max(1e-7, sigmoidOf(sigmoid, (sums[i] as number) - rho)));
    pairs[one * present.length + other] = p;
    pairs[other * present.length + one] = 1 - p;
  });
  const coupled = couple(pairs, present.length);
  const result = new Float64Array(classes);
  present.forEach((label, i) => {
    result[label] = coupled[i] as number;
  });
  return result;
}

/** The scaled rows that any machine needs, and [support vector, machine] what they count. */
function supportOf(train: LabelledRows, scaler: Scaler, machines: PairMachine[]) {
  const { features, size, labels } = train;
  const used = supportVectors(machines);
  const kept = new Float32Array(used.length * size);
  const places = new Int32Array(labels.length).fill(-1);
  used.forEach((row, i) => {
    kept.set(features.subarray(row * size, (row + 1) * size), i * size);
    places[row] = i;
  });
  const coefficients = new Float32Array(used.length * machines.length);
  machines.forEach((machine, m) => {
    machine.coefficients.forEach((value, i) => {
      if (value !== 0) coefficients[(places[machine.rows[i] as number] as number) * machines.length + m] = value;
    });
  });
  return { vectors: scaleRows(kept, scaler, 1 / Math.sqrt(size)), coefficients, count: used.length };
}

function supportVectors(machines: PairMachine[]): Uint32Array {
  const used = new Set<number>();
  for (const { rows, coefficients } of machines) {
    coefficients.forEach((value, i) => {
      if (value !== 0) used.add(rows[i] as number);
    });
  }
  return Uint32Array.from([...used].sort((a, b) => a - b));
}

function squaredLengths(rows: Float32Array, size: number): Float64Array {
  return Float64Array.from({ length: rows.length / size }, (_, i) => {
    let sum = 0;
    for (let c = i * size; c < (i + 1) * size; c++) sum += (rows[c] as number) ** 2;
    return sum;
  });
}
