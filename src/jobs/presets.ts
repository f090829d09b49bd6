import { Problem } from '../problem.ts';
import { defaultConfig, type RunConfig } from '../training/config.ts';
import { didYouMean } from './closest.ts';
import type { DeepPartial } from './duplicate.ts';
import { fillDefaults } from './record.ts';

/** A starting point: what it changes of the defaults. */
export interface Preset {
  name: string;
  /** What it is for, and what it costs. */
  description: string;
  config: DeepPartial<Omit<RunConfig, 'name' | 'seed'>>;
}

export const presets: readonly Preset[] = [
  {
    name: 'quick',
    description: 'A small network on small images: a first answer in about a minute on a laptop CPU.',
    config: {
      input: { width: 32, height: 32 },
      model: { architecture: 'small-cnn' },
      training: { epochs: 5, batchSize: 64, learningRate: 0.003 },
    },
  },
  {
    name: 'balanced',
    description: 'The defaults: a small network on 64 × 64 pixels for ten epochs.',
    config: {},
  },
  {
    name: 'accurate',
    description:
      'ResNet-18 on 96 × 96 pixels until it no longer improves: better figures, far more work for the machine.',
    config: {
      input: { width: 96, height: 96, normalize: 'data-set' },
      model: { architecture: 'resnet18' },
      training: {
        epochs: 40,
        earlyStopping: { enabled: true, patience: 10 },
        checkpoints: { metric: 'validation-accuracy' },
      },
    },
  },
  {
    name: 'small-grey',
    description: '28 × 28 grey images such as MNIST and Fashion-MNIST.',
    config: {
      input: { width: 28, height: 28, color: 'grey', resize: 'pad', normalize: 'data-set' },
      training: { epochs: 8, batchSize: 64, learningRate: 0.003 },
    },
  },
];

/** The defaults with a preset over them. @throws Problem `unknown-preset` */
export function presetConfig(name: string): RunConfig {
  const preset = presets.find((entry) => entry.name === name);
  if (!preset) {
    const names = presets.map((entry) => entry.name);
    throw new Problem(
      'unknown-preset',
      `There is no preset "${name}".${didYouMean(name, names)}`,
      `Presets: ${names.join(', ')}.`,
    );
  }
  return fillDefaults(defaultConfig, preset.config) as RunConfig;
}
