import type { SetUpResult, SetUpStep } from '../engines/tensorflow/set-up.ts';
import { ProgressLine } from './progress.ts';
import type { Style } from './style.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const kinds = ['cpu', 'cuda'] as const;

export const setupVerb: Verb = {
  name: 'setup',
  usage: '[--use <folder> | --install <cpu|cuda> | --list | --undo]',
  summary: 'Set up the TensorFlow engine: find or install a TensorFlow, link it, try it, remember it.',
  details: `Without options the first TensorFlow that works is taken, from Python environments, conda and tfjs-node's own download; it is only
read, and no Python runs. --install uses pip and the network, into a folder of Loupe's own. --undo takes everything back.`,
  positionals: { min: 0, max: 0, missing: '' },
  options: {
    use: { type: 'string', value: '<folder>', help: "A TensorFlow's folder, or an environment that has one." },
    install: {
      type: 'string',
      value: '<cpu|cuda>',
      help: 'Install one with pip: for the processor (about 2 GB), or for NVIDIA cards (about 7 GB).',
    },
    python: { type: 'string', value: '<path>', help: 'The Python that makes the environment for --install.' },
    near: {
      type: 'string',
      value: '<folder>',
      help: 'Look into the environments of this folder too; default: this one.',
    },
    list: { type: 'boolean', help: 'Only list what is there, and what can’t be used and why.' },
    undo: {
      type: 'boolean',
      help: 'Remove what setting up left: the choice, Loupe’s own environments, compiled links.',
    },
  },
  run: setup,
};

async function setup(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const asked = ['use', 'install', 'list', 'undo'].filter((name) => input.values[name] !== undefined);
  if (asked.length > 1) throw new UsageError(`--${asked.join(' and --')} don't go together.`, 'Give one of them.');
  if (input.values.undo === true) return undo();
  const near = [textOf(input, 'near') ?? '.'];
  if (input.values.list === true) return list(near);
  const wanted = textOf(input, 'install');
  const install = kinds.find((kind) => kind === wanted);
  if (wanted !== undefined && !install) {
    throw new UsageError(`--install can't be "${wanted}".`, `Use one of ${kinds.join(', ')}.`);
  }
  const { setUpTensorFlow } = await import('../engines/tensorflow/set-up.ts');
  const line = new ProgressLine(terminal);
  const steps: SetUpStep[] = [];
  try {
    const result = await setUpTensorFlow({
      use: textOf(input, 'use'),
      install,
      python: textOf(input, 'python'),
      near,
      onStep: (step) => {
        steps.push(step);
        line.line(`${terminal.err.green('✓')} ${step.text}`);
      },
      onLine: (text) => line.report({ what: 'Setting up', done: steps.length, total: null, text, fields: { text } }),
      signal: interrupted(),
    });
    line.end();
    return { json: { steps, ...result }, text: conclusion(result, terminal.out) };
  } finally {
    line.end();
  }
}

/** Ctrl-C ends what was started, so that nothing half-made stays. */
function interrupted(): AbortSignal {
  const abort = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => abort.abort(new Error('Interrupted.')));
  return abort.signal;
}

function conclusion({ probe, noGpu }: SetUpResult, colors: Style): string {
  const ready = `${colors.green('Ready:')} ${probe.info.label} on ${probe.info.device}.`;
  return noGpu ? `${ready}\n${colors.yellow(noGpu.reason)} ${noGpu.advice}` : ready;
}

async function list(near: string[]): Promise<VerbResult> {
  const { findTensorFlow } = await import('../engines/tensorflow/find.ts');
  const { describe } = await import('../engines/tensorflow/set-up.ts');
  const { nvidiaCards } = await import('../engines/tensorflow/nvidia.ts');
  const search = findTensorFlow({ near });
  const cards = nvidiaCards();
  const lines = [
    ...(cards.length > 0 ? [`Graphics cards: ${cards.join(', ')}.`] : ['There is no NVIDIA card here, or no driver.']),
    ...search.found.map(describe),
    ...search.refused.map(({ place, reason }) => `Can't be used: ${place}: ${reason}`),
  ];
  if (search.found.length === 0)
    lines.push('No TensorFlow was found. Install one: loupe setup --install cpu (or cuda).');
  return { json: { cards, ...search }, text: lines.join('\n') };
}

async function undo(): Promise<VerbResult> {
  const { undoSetUp } = await import('../engines/tensorflow/undo.ts');
  const undone = undoSetUp();
  const megabytes = Math.round(undone.bytes / 1e6);
  const text =
    undone.removed.length > 0
      ? `Removed ${undone.removed.join(', ')} from ${undone.folder} (${megabytes} MB). No other Python was touched.`
      : `Nothing was set up in ${undone.folder}.`;
  return { json: undone, text };
}
