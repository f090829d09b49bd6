import type { RunConfig, TrainingConfig } from './config.ts';
import { frozenBy, patternsFor, type TrainedLayer } from './layer-choice.ts';

/** What `training.freeze` and the phases' own lists say. */
export interface FreezeLists {
  freeze: string[];
  /** By phase; empty without phases. */
  phases: string[][];
}

/** A change of the layers that train in one phase. */
export interface FreezeChange {
  /** Counts from 0; null: the run has no phases. */
  phase: number | null;
  layers: readonly string[];
  frozen: boolean;
}

export function freezeListsOf({ freeze, phases }: Pick<TrainingConfig, 'freeze' | 'phases'>): FreezeLists {
  return { freeze, phases: phases.map((phase) => phase.freeze) };
}

/**
 * The lists after a change. Other phases keep the layers that they had: what `training.freeze` says is taken out of it, and written into them,
 * where one phase wants it otherwise.
 * @param layers of the network, in its order
 */
export function changeFreeze(layers: readonly TrainedLayer[], lists: FreezeLists, change: FreezeChange): FreezeLists {
  const everywhere = frozenBy(layers, lists.freeze);
  if (change.phase === null) return { ...lists, freeze: patternsFor(layers, changed(everywhere, change)) };
  const sets = lists.phases.map((patterns, i) => {
    const own = new Set([...everywhere, ...frozenBy(layers, patterns)]);
    return i === change.phase ? changed(own, change) : own;
  });
  const kept = new Set([...everywhere].filter((name) => sets.every((set) => set.has(name))));
  const isKept = kept.size === everywhere.size;
  return {
    freeze: isKept ? lists.freeze : patternsFor(layers, kept),
    phases: sets.map((set, i) => {
      if (isKept && i !== change.phase) return lists.phases[i] as string[];
      const whole = patternsFor(layers, set);
      const beside = patternsFor(layers, new Set([...set].filter((name) => !kept.has(name))));
      return beside.length <= whole.length ? beside : whole;
    }),
  };
}

/** The settings that write the lists into a config: dotted path → value. @param phases the config's own, as they were written */
export function freezeSettings(
  before: FreezeLists,
  after: FreezeLists,
  phases: readonly Record<string, unknown>[],
): { path: string[]; value: unknown }[] {
  const settings: { path: string[]; value: unknown }[] = [];
  if (before.freeze !== after.freeze) settings.push({ path: ['training', 'freeze'], value: after.freeze });
  if (before.phases.some((list, i) => list !== after.phases[i])) {
    const value = phases.map((phase, i) => ({ ...phase, freeze: after.phases[i] }));
    settings.push({ path: ['training', 'phases'], value });
  }
  return settings;
}

/** Equal for configs whose networks have the same layers. */
export function networkKey({ model, input, data, training }: RunConfig): string {
  const sizes = training.phases.map(({ size }) => size);
  return JSON.stringify([model, input.width, input.height, input.color, data.source, sizes]);
}

function changed(set: ReadonlySet<string>, { layers, frozen }: FreezeChange): Set<string> {
  const result = new Set(set);
  for (const name of layers) {
    if (frozen) result.add(name);
    else result.delete(name);
  }
  return result;
}
