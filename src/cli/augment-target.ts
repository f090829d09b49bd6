import path from 'node:path';
import { readOverlay } from '../dataset/journal/overlay.ts';
import { openDataSet } from '../dataset/open.ts';
import type { DataSet } from '../dataset/types.ts';
import { applySet } from '../jobs/apply-set.ts';
import { didYouMean } from '../jobs/closest.ts';
import { assertValidConfig, ConfigProblem } from '../jobs/config-file.ts';
import { isRunFolder, readJob } from '../jobs/read.ts';
import type { RunConfig } from '../training/config.ts';
import { augmentPresets } from '../training/config-augment-presets.ts';
import { configOf } from './train-target.ts';
import { UsageError } from './usage-error.ts';

export interface AugmentTarget {
  config: RunConfig;
  /** Opened. */
  data: DataSet;
}

/**
 * The data set and the settings that a folder, a `*.loupe.json` or a run folder stands for.
 * @param preset of `augmentPresets`, in place of the target's own augmentation
 * @throws Problem; UsageError where an option doesn't fit
 */
export async function openAugmentTarget(
  target: string,
  options: {
    sets: readonly string[];
    preset: string | undefined;
    onProgress: (done: number, total: number | null) => void;
  },
): Promise<AugmentTarget> {
  if (isRunFolder(target) && options.sets.length > 0) {
    throw new UsageError('--set can’t change a run that exists.', 'Give its config file or its data instead.');
  }
  const given = isRunFolder(target)
    ? readJob(target)
    : await configOf(target, { sets: [], recipe: undefined, name: undefined, epochs: undefined });
  const named = options.preset === undefined ? given.config : withPreset(given.config, options.preset);
  const config = options.sets.reduce(applySet, named);
  await assertValid(config);
  const source = path.resolve(given.base, config.data.source);
  const data = await openDataSet(source, {
    format: config.data.format,
    journal: config.data.journal ? readOverlay(source) : null,
    onProgress: ({ seen, total }) => options.onProgress(seen, total),
  });
  return { config, data };
}

async function assertValid(config: RunConfig): Promise<void> {
  try {
    await assertValidConfig(config, 'The settings');
  } catch (error) {
    if (!(error instanceof ConfigProblem)) throw error;
    throw new UsageError(error.message, 'Correct what --set gives.', { cause: error });
  }
}

function withPreset(config: RunConfig, name: string): RunConfig {
  const preset = augmentPresets.find((entry) => entry.name === name);
  if (preset) return { ...config, augment: structuredClone(preset.augment) };
  const names = augmentPresets.map((entry) => entry.name);
  throw new UsageError(
    `There is no augmentation preset "${name}".${didYouMean(name, names)}`,
    `Presets: ${names.join(', ')}.`,
  );
}
