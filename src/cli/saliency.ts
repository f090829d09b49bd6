import { saliencyMethods } from '../protocol/saliency.ts';
import { percent, plural } from './format.ts';
import { engineOf, engineOptions } from './options.ts';
import { ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const DEFAULT_OPACITY = 0.7;

export const saliencyVerb: Verb = {
  name: 'saliency',
  usage: '<run> <image or folder> … --out <folder>',
  summary: 'Show where in an image the model sees a class: one picture an image with a map over it.',
  details: `grad-cam weighs the last layer's activations by what the class owes to them; occlusion hides each part of the image in turn
and works with every model. The picture is the part of the image that the network sees.`,
  positionals: { min: 2, max: Number.POSITIVE_INFINITY, missing: 'Which run, and which images?' },
  options: {
    out: { type: 'string', short: 'o', value: '<folder>', help: 'Where the pictures go; made where it is missing.' },
    method: { type: 'string', value: `<${saliencyMethods.join('|')}>`, help: 'Default grad-cam.' },
    class: {
      type: 'string',
      value: '<name>',
      help: 'The class to look for; default: the likeliest one of each image.',
    },
    opacity: { type: 'string', value: '<0–1>', help: `Of the map where it is strongest; default ${DEFAULT_OPACITY}.` },
    ...engineOptions,
    runs: { type: 'string', value: '<folder>', help: 'Where runs are kept; default: .loupe/runs here.' },
  },
  run: saliency,
};

type Entry =
  | { path: string; file: string; label: string; probability: number }
  | { path: string; skipped: string; message: string };

async function saliency(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const out = textOf(input, 'out');
  if (out === undefined) throw new UsageError('Where should the pictures go?', 'Name a folder with --out.');
  const method = saliencyMethods.find((name) => name === (textOf(input, 'method') ?? 'grad-cam'));
  if (!method)
    throw new UsageError(
      `--method can't be "${textOf(input, 'method')}".`,
      `Use one of ${saliencyMethods.join(', ')}.`,
    );
  const opacity = Number(textOf(input, 'opacity') ?? DEFAULT_OPACITY);
  if (!(opacity >= 0 && opacity <= 1))
    throw new UsageError(`--opacity can't be "${textOf(input, 'opacity')}".`, 'Give a number from 0 to 1.');
  const engine = engineOf(input);
  const [given, ...targets] = input.positionals as [string, ...string[]];
  const { defaultRunsFolder, findSubject, runsFolderOf } = await import('./locate.ts');
  const { listImageFiles } = await import('./image-files.ts');
  const runs = textOf(input, 'runs');
  const subject = await findSubject(given, runs === undefined ? defaultRunsFolder('.') : runsFolderOf(runs));
  const files = listImageFiles(targets);
  const { PredictSession } = await import('../evaluation/predict-session.ts');
  const { makeOverlays } = await import('../assess/make-overlays.ts');
  const line = new ProgressLine(terminal);
  const session = await PredictSession.open(subject, { engine });
  try {
    const made: Entry[] = await makeOverlays(session, files, {
      folder: out,
      method,
      label: textOf(input, 'class') ?? null,
      opacity,
      onProgress: (done, total) =>
        line.report({ what: terminal.progress === 'json' ? 'saliency' : 'Explaining', done, total }),
    });
    line.end();
    const good = made.filter((entry) => 'file' in entry);
    const rows = made.map((entry) =>
      'file' in entry
        ? `${entry.path}: ${entry.label} ${percent(entry.probability)}, ${entry.file}`
        : `${terminal.out.yellow(entry.skipped)} ${entry.path}: ${entry.message}`,
    );
    return {
      json: { run: subject, method, engine: session.info, images: made },
      text: [...rows, `${plural(good.length, 'picture')} in ${out}.`].join('\n'),
      exitCode: good.length > 0 ? 0 : 1,
    };
  } finally {
    line.end();
    await session.close();
  }
}
