import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from '../files.ts';
import { CONFIG_SUFFIX } from '../jobs/config-file.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import { difference } from '../jobs/record.ts';
import { defaultEntries } from '../training/config.ts';
import type { FirstRunPlan } from './plan.ts';

/**
 * Writes what was planned as a `*.loupe.json` that is not there yet, and returns its path. Paths in it are relative where they lie below its folder.
 * @param source absolute
 * @throws Problem `no-permission`, `disk-full`
 */
export function writeFirstConfig(folder: string, source: string, plan: FirstRunPlan): string {
  const stem = path.basename(source).replace(/\.(csv|jsonl|json)$/i, '') || 'first';
  const file = freeFile(folder, stem);
  const { model, training, ...rest } = plan.config;
  const weights = model?.weights === undefined ? {} : { weights: portable(folder, model.weights) };
  const name = path.basename(file, CONFIG_SUFFIX);
  try {
    writeJson(file, {
      name,
      data: { source: portable(folder, source) },
      ...rest,
      model: { ...model, ...weights },
      training: { ...training, ...(training?.phases && { phases: training.phases.map(withoutDefaults) }) },
    });
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
  return file;
}

function freeFile(folder: string, stem: string): string {
  for (let number = 1; ; number++) {
    const file = path.join(folder, `${stem}${number === 1 ? '' : `-${number}`}${CONFIG_SUFFIX}`);
    if (!fs.existsSync(file)) return file;
  }
}

/** Relative to the folder, with slashes, where the file lies in it; a name of the zoo stays a name. */
function portable(folder: string, file: string): string {
  if (!path.isAbsolute(file)) return file;
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative)
    ? relative.split(path.sep).join('/')
    : file;
}

/** What a phase says beyond the defaults, which the file need not repeat. */
function withoutDefaults(phase: object | undefined): object {
  return difference(defaultEntries['training.phases'], { ...phase });
}
