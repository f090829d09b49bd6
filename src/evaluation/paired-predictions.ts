import type { SplitName } from '../dataset/types.ts';
import type { PredictionLine } from './predictions-file.ts';

/** What a run said of held-out images. */
export interface RunPredictions {
  /** In the order of the network's outputs. */
  classes: readonly string[];
  lines: readonly PredictionLine[];
}

export interface PairedImage {
  path: string;
  hash: string;
  label: string;
}

/** Two runs' predictions of the images that both have predicted; all arrays are [image]. */
export interface PairedPredictions {
  split: SplitName;
  /** Of both runs; labels and predictions are positions in it. */
  classes: string[];
  images: PairedImage[];
  label: Int32Array;
  predictedA: Int32Array;
  predictedB: Int32Array;
  /** Probability of the label, 0–1. */
  ofLabelA: Float64Array;
  ofLabelB: Float64Array;
  /** Images that only one of them has predicted. */
  onlyInA: number;
  onlyInB: number;
  /** Common images whose label is not the same in both runs; they are left out. */
  relabelled: number;
}

/**
 * Joins two runs' predictions by content hash and path; of images with the same content, paths are matched first, so that a
 * moved image still has its partner. The test images where both runs have some, else the validation images.
 */
export function pairPredictions(a: RunPredictions, b: RunPredictions): PairedPredictions {
  const split: SplitName = hasSplit(a, 'test') && hasSplit(b, 'test') ? 'test' : 'validation';
  const [linesA, linesB] = [a, b].map(({ lines }) => lines.filter((line) => line.split === split)) as [
    PredictionLine[],
    PredictionLine[],
  ];
  const { pairs, relabelled } = join(linesA, linesB);
  const classes = [...new Set([...a.classes, ...b.classes])];
  const at = new Map(classes.map((name, index) => [name, index]));
  const place = (name: string) => at.get(name) ?? -1;
  const columns = (read: (pair: [PredictionLine, PredictionLine]) => number) => Int32Array.from(pairs, read);
  const probabilities = (run: RunPredictions, side: 0 | 1) => {
    const outputs = new Map(run.classes.map((name, index) => [name, index]));
    return Float64Array.from(pairs, (pair) => {
      const output = outputs.get(pair[0].label);
      return output === undefined ? 0 : (pair[side].probabilities[output] ?? 0);
    });
  };
  return {
    split,
    classes,
    images: pairs.map(([{ path, hash, label }]) => ({ path, hash, label })),
    label: columns(([{ label }]) => place(label)),
    predictedA: columns(([line]) => place(line.predicted)),
    predictedB: columns(([, line]) => place(line.predicted)),
    ofLabelA: probabilities(a, 0),
    ofLabelB: probabilities(b, 1),
    onlyInA: linesA.length - pairs.length - relabelled,
    onlyInB: linesB.length - pairs.length - relabelled,
    relabelled,
  };
}

function hasSplit({ lines }: RunPredictions, split: SplitName): boolean {
  return lines.some((line) => line.split === split);
}

function join(
  linesA: readonly PredictionLine[],
  linesB: readonly PredictionLine[],
): { pairs: [PredictionLine, PredictionLine][]; relabelled: number } {
  const exact = new Map(linesB.map((line) => [`${line.hash}\0${line.path}`, line]));
  const taken = new Set<PredictionLine>();
  const partners = linesA.map((line) => {
    const found = exact.get(`${line.hash}\0${line.path}`);
    if (found) taken.add(found);
    return found;
  });
  const moved = new Map<string, PredictionLine[]>();
  for (const line of linesB) {
    if (!taken.has(line)) moved.set(line.hash, [...(moved.get(line.hash) ?? []), line]);
  }
  let relabelled = 0;
  const pairs = linesA.flatMap((line, index): [PredictionLine, PredictionLine][] => {
    const partner = partners[index] ?? moved.get(line.hash)?.shift();
    if (!partner) return [];
    if (partner.label === line.label) return [[line, partner]];
    relabelled++;
    return [];
  });
  return { pairs, relabelled };
}
