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
