import type { ScheduleConfig } from './config.ts';

/** What ReduceLROnPlateau knows; part of a checkpoint. */
export interface PlateauState {
  drops: number;
  /** Best score so far, higher is better; null before the first epoch. */
  best: number | null;
  /** Epochs without improvement. */
  waited: number;
  /** Epochs of rest that are left. */
  resting: number;
}

export const plateauAtStart: PlateauState = { drops: 0, best: null, waited: 0, resting: 0 };

/**
 * After an epoch: as Keras' ReduceLROnPlateau, with its defaults as ours.
 * @param score of the epoch, higher is better
 */
export function afterPlateauEpoch(
  state: PlateauState,
  score: number,
  { patience, minDelta, cooldown }: Pick<ScheduleConfig, 'patience' | 'minDelta' | 'cooldown'>,
): PlateauState {
  const resting = Math.max(0, state.resting - 1);
  const waited = state.resting > 0 ? 0 : state.waited;
  if (state.best === null || score > state.best + minDelta) {
    return { ...state, best: score, waited: 0, resting };
  }
  if (resting > 0) return { ...state, waited, resting };
  if (waited + 1 < patience) return { ...state, waited: waited + 1, resting };
  return { ...state, drops: state.drops + 1, waited: 0, resting: cooldown };
}
