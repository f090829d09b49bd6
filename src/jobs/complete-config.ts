import { defaultConfig, defaultEntries, type RunConfig } from '../training/config.ts';
import { fillDefaults, isRecord, type JsonRecord } from './record.ts';

/** A config as a user or an older Loupe wrote it, with everything it leaves out; a value of another type stays as it is. */
export function completeConfig(value: unknown): RunConfig {
  const config = fillDefaults(defaultConfig, upgradeConfig(value)) as RunConfig;
  const { phases, layerRates } = config.training;
  return {
    ...config,
    training: {
      ...config.training,
      phases: completeEntries(phases, defaultEntries['training.phases']),
      layerRates: completeEntries(layerRates, defaultEntries['training.layerRates']),
    },
  };
}

/** As `completeConfig`, of a `job.json`: a run that began before schedules moved the momentum goes on as it began. */
export function completeJobConfig(value: JsonRecord): RunConfig {
  const named = isRecord(value.training) && typeof value.training.schedule === 'string';
  const config = completeConfig(value);
  if (!named) return config;
  const schedule = { ...config.training.schedule, momentumHigh: 0, momentumLow: 0 };
  return { ...config, training: { ...config.training, schedule } };
}

/**
 * Older shapes that are still read: `training.schedule` as a plain name, and `training.earlyStopping.metric`, which is now
 * `training.checkpoints.metric`.
 */
export function upgradeConfig(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value.training)) return value;
  const { schedule, earlyStopping, ...training } = value.training;
  if (schedule !== undefined) training.schedule = typeof schedule === 'string' ? { name: schedule } : schedule;
  if (isRecord(earlyStopping) && earlyStopping.metric !== undefined) {
    const { metric, ...rest } = earlyStopping;
    training.earlyStopping = rest;
    training.checkpoints = isRecord(training.checkpoints) ? { metric, ...training.checkpoints } : { metric };
  } else if (earlyStopping !== undefined) training.earlyStopping = earlyStopping;
  return { ...value, training };
}

function completeEntries<Entry>(entries: Entry[], defaults: Entry): Entry[] {
  return Array.isArray(entries) ? entries.map((entry) => fillDefaults(defaults, entry) as Entry) : entries;
}
