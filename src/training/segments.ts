import type { RunConfig } from './config.ts';

/** A stretch of a run with one input size, batch size and peak rate, and one pass of the schedule. */
export interface Segment {
  epochs: number;
  /** Pixels. */
  width: number;
  height: number;
  batchSize: number;
  learningRate: number;
  /** Patterns of layer names. */
  freeze: string[];
  /** Counts from 0; null: the run has no phases. */
  phase: number | null;
}

/**
 * The phases of a run (or its one pass), then its continuations, which go on as the last phase did.
 * @param continuations epochs of each
 */
export function segmentsOf(
  { input, training }: Pick<RunConfig, 'input' | 'training'>,
  continuations: number[],
): Segment[] {
  const { epochs, batchSize, learningRate, freeze, phases } = training;
  const { width, height } = input;
  const plain: Segment = { epochs, width, height, batchSize, learningRate, freeze, phase: null };
  const first = phases.map((phase, i): Segment => {
    const size = phase.size || width;
    return {
      epochs: phase.epochs,
      width: size,
      height: Math.max(1, Math.round((height * size) / width)),
      batchSize: phase.batchSize || batchSize,
      learningRate: phase.learningRate || learningRate,
      freeze: [...freeze, ...phase.freeze],
      phase: i,
    };
  });
  const segments = first.length ? first : [plain];
  const last = segments.at(-1) as Segment;
  return [...segments, ...continuations.map((more) => ({ ...last, epochs: more }))];
}

/** The config as it reads during a segment: its input size, batch size, peak rate, epochs and frozen layers. */
export function segmentConfig(config: RunConfig, segment: Segment): RunConfig {
  const { width, height, epochs, batchSize, learningRate, freeze } = segment;
  return {
    ...config,
    input: { ...config.input, width, height },
    training: { ...config.training, epochs, batchSize, learningRate, freeze },
  };
}

/** True where what trains one segment can go on with the other: same sizes and the same layers frozen. */
export function canShare(a: Segment, b: Segment): boolean {
  return a.width === b.width && a.height === b.height && a.batchSize === b.batchSize && sameFrozen(a, b);
}

export function sameFrozen(a: Segment, b: Segment): boolean {
  return a.freeze.length === b.freeze.length && a.freeze.every((pattern, i) => pattern === b.freeze[i]);
}

/** Shorter side of the input that a run ends with: its network is made for it in every phase. */
export function designSide(config: Pick<RunConfig, 'input' | 'training'>): number {
  const { width, height } = segmentsOf(config, []).at(-1) as Segment;
  return Math.min(width, height);
}
