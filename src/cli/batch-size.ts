import type { FoundBatchSize } from '../training/batch-size/find.ts';
import { type BatchTrial, searchEnds } from '../training/batch-size/search.ts';
import { recipeOf, recipeOptions, setOption } from './config-options.ts';
import { ProgressLine } from './progress.ts';
import type { Style } from './style.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textsOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

export const batchSizeVerb: Verb = {
  name: 'batch-size',
  usage: '<data folder | file.loupe.json> [--write]',
  summary: 'Look for the batch size to train with on this machine.',
  details: `Doubles the batch with real steps of the network until memory ends, an epoch has too few steps or nothing is gained, and
takes the smallest that is nearly as fast as the fastest. --write puts it into the config file: its runs then have it, resumed
or copied, on any machine.`,
  positionals: { min: 1, max: 1, missing: 'Look for the batch size of what?' },
  options: {
    write: { type: 'boolean', help: 'Write training.batchSize into the config file.' },
    set: setOption,
    ...recipeOptions,
  },
  run: batchSize,
};

async function batchSize(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { configOf, isConfigFile } = await import('./train-target.ts');
  const target = input.positionals[0] as string;
  const write = input.values.write === true;
  if (write && !isConfigFile(target)) {
    throw new UsageError('--write needs a config file.', 'Leave it out, or give a *.loupe.json.');
  }
  const options = { sets: textsOf(input, 'set'), recipe: recipeOf(input), name: undefined, epochs: undefined };
  const { config, base } = await configOf(target, options);
  const { findBatchSize } = await import('../training/batch-size/find.ts');
  const line = new ProgressLine(terminal);
  try {
    const found = await findBatchSize(config, base, (trial) => line.line(describeTrial(trial)));
    if (write && found.chosen) {
      const { writeSetting } = await import('../jobs/write-setting.ts');
      writeSetting(target, ['training', 'batchSize'], found.chosen.batchSize);
    }
    return { json: found, text: conclusion(found, write, terminal.out), exitCode: found.chosen ? 0 : 1 };
  } finally {
    line.end();
  }
}

function describeTrial({ batchSize, stepMs, imagesPerSecond, memory }: BatchTrial): string {
  const speed = `${imagesPerSecond.toFixed(0)} images a second`;
  return `batch ${batchSize}: ${stepMs.toFixed(0)} ms a step, ${speed}, ${(memory / 2 ** 20).toFixed(0)} MiB`;
}

function conclusion({ chosen, end, engine }: FoundBatchSize, write: boolean, colors: Style): string {
  if (!chosen)
    return `Not even the smallest batch fits in memory on ${engine.label}: make input.width and input.height smaller.`;
  const written = write ? ', written into the config' : '';
  return `Batch size ${colors.bold(String(chosen.batchSize))} on ${engine.label} (${engine.device})${written}. ${searchEnds[end]}`;
}
