import type { EvaluationViews } from '../protocol/evaluation.ts';
import type { EngineConfig } from '../training/config.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type VerbInput, type VerbOption } from './verb.ts';

const engines = ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
const viewsNames = ['none', 'flip', 'ten-crop', 'augment', 'augment-mean'] as const;

/** Options of every verb that predicts. */
export const engineOptions: Record<string, VerbOption> = {
  engine: { type: 'string', value: `<${engines.join('|')}>`, help: 'What computes; default auto.' },
  threads: { type: 'string', value: '<N>', help: 'Threads of the engine; default: as many as there are cores.' },
};

export const viewsOptions: Record<string, VerbOption> = {
  tta: {
    type: 'string',
    value: `<${viewsNames.join('|')}>`,
    help: 'Test-time augmentation: look at every image in several ways; default none.',
  },
  'tta-count': { type: 'string', value: '<N>', help: 'Augmented views of augment and augment-mean; default 4.' },
};

/** @throws UsageError */
export function engineOf(input: VerbInput): EngineConfig {
  const given = textOf(input, 'engine') ?? 'auto';
  const name = engines.find((entry) => entry === given);
  if (!name) throw new UsageError(`--engine can't be "${given}".`, `Use one of ${engines.join(', ')}.`);
  return { name, threads: wholeNumber(input, 'threads', 0) ?? 0, adapter: '', precision: 'float32' };
}

/** @throws UsageError */
export function viewsOf(input: VerbInput): EvaluationViews {
  const given = textOf(input, 'tta') ?? 'none';
  const name = viewsNames.find((entry) => entry === given);
  if (!name) throw new UsageError(`--tta can't be "${given}".`, `Use one of ${viewsNames.join(', ')}.`);
  return { name, count: wholeNumber(input, 'tta-count', 1) ?? 4, seed: 0 };
}

/** @throws UsageError */
export function wholeNumber(input: VerbInput, name: string, least: number): number | undefined {
  const text = textOf(input, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} can't be "${text}".`, `Give a whole number of at least ${least}.`);
}
