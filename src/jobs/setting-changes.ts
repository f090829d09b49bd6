import type { RunConfig } from '../training/config.ts';
import { isRecord } from './record.ts';

/** Settings that say nothing about which learning rate is good: names, lengths, the rate itself, what is measured and saved, the machine. */
const irrelevant = [
  'name',
  'seed',
  'engine',
  'data.validation',
  'data.test',
  'training.learningRate',
  'training.epochs',
  'training.timeBudget',
  'training.schedule',
  'training.earlyStopping',
  'training.checkpoints',
  'training.ema',
];

/** Dotted names of the settings that differ and that the learning rate depends on, in the order of the config. */
export function changedSettings(before: RunConfig, after: RunConfig): string[] {
  return differences(before, after, '');
}

function differences(before: unknown, after: unknown, path: string): string[] {
  if (irrelevant.includes(path)) return [];
  if (isRecord(before) && isRecord(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys].flatMap((key) => differences(before[key], after[key], path ? `${path}.${key}` : key));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [path];
}
