import { recipeOf, recipeOptions, setOption } from './config-options.ts';
import { ProgressLine } from './progress.ts';
import { listenForSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, textsOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

export const lrFindVerb: Verb = {
  name: 'lr-find',
  usage: '<data folder | file.loupe.json | run> [--seeds N] [--write]',
  summary: 'Look for the learning rate to train with.',
  details: `Trains for a moment with a rate that rises from --start to --end, once for each seed, and reads a rate off the
curve of the loss; or says why none can be read. A run is looked at from its last checkpoint and stays as it is.
Ctrl-C stops and judges what there is. Curves are kept in .loupe/lr-finder.`,
  positionals: { min: 1, max: 1, missing: 'Look for the learning rate of what?' },
  options: {
    seeds: { type: 'string', value: '<N>', help: 'How often, each time with another seed; default 3.' },
    start: { type: 'string', value: '<rate>', help: 'First learning rate; default 1e-7.' },
    end: { type: 'string', value: '<rate>', help: 'Last learning rate; default 10.' },
    steps: { type: 'string', value: '<N>', help: 'Iterations from the first to the last; default 100.' },
    write: { type: 'boolean', help: 'Write the rate into the config file, if there is one to trust.' },
    engine: { type: 'string', value: '<name>', help: 'Engine: auto, tensorflow, webgpu, wasm, cpu.' },
    set: setOption,
    ...recipeOptions,
    finders: { type: 'string', value: '<folder>', help: 'Where to keep the curves; default: .loupe/lr-finder here.' },
  },
  run: lrFind,
};

async function lrFind(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { finderFor } = await import('./lr-find-target.ts');
  const { isConfigFile } = await import('./train-target.ts');
  const { followFinder } = await import('./lr-find-progress.ts');
  const { describeFinder } = await import('./lr-find-outcome.ts');
  const target = input.positionals[0] as string;
  const write = input.values.write === true;
  if (write && !isConfigFile(target)) {
    throw new UsageError('--write needs a config file.', 'Leave it out, or give a *.loupe.json.');
  }
  const folder = await finderFor(target, {
    sets: textsOf(input, 'set'),
    recipe: recipeOf(input),
    engine: textOf(input, 'engine'),
    finders: textOf(input, 'finders'),
    sweep: {
      ...numberOption(input, 'seeds'),
      ...numberOption(input, 'start'),
      ...numberOption(input, 'end'),
      ...numberOption(input, 'steps'),
    },
  });
  const line = new ProgressLine(terminal);
  const follower = followFinder(folder, line, terminal.err);
  const signals = listenForSignals(() => line.line('Stopping at the next step; Ctrl-C again ends at once.'));
  try {
    const { runFinderJob } = await import('../training/lr-finder/run-finder-job.ts');
    const outcome = await runFinderJob(folder, { signal: signals.signal });
    await follower.finish();
    return describeFinder(folder, outcome, { write, colors: terminal.out });
  } finally {
    signals.close();
    follower.close();
    line.end();
  }
}

/** An option that is a number, as a field to spread. @throws UsageError */
function numberOption<Name extends string>(input: VerbInput, name: Name): Partial<Record<Name, number>> {
  const text = textOf(input, name);
  if (text === undefined) return {};
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return { [name]: value } as Partial<Record<Name, number>>;
  throw new UsageError(`--${name} can't be "${text}".`, 'Give a number.');
}
