import type { EpochEvent, PhaseEvent } from '../../src/protocol/events.ts';

export interface PhaseRow {
  phase: PhaseEvent;
  /** Epochs done. */
  epochs: number;
  seconds: number;
  images: number;
  pixels: number;
  /** 0–1; null: not validated yet. */
  bestAccuracy: number | null;
}

/** What each phase cost so far, and what it reached. */
export function phaseRows(phases: readonly PhaseEvent[], epochs: readonly EpochEvent[]): PhaseRow[] {
  return phases.map((phase) => {
    const done = epochs.filter((epoch) => epoch.phase === phase.phase);
    const accuracies = done.flatMap(({ validationAccuracy }) => validationAccuracy ?? []);
    const images = done.length * phase.stepsPerEpoch * phase.batchSize;
    return {
      phase,
      epochs: done.length,
      seconds: done.reduce((sum, { seconds }) => sum + seconds, 0),
      images,
      pixels: images * phase.width * phase.height,
      bestAccuracy: accuracies.length > 0 ? Math.max(...accuracies) : null,
    };
  });
}
