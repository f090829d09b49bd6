import { Problem } from '../problem.ts';
import type { PreviewFailure } from '../protocol/augment-preview.ts';
import { setOption } from './config-options.ts';
import { ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, textsOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const DEFAULT_OUT = 'augment-preview.png';
const DEFAULT_IMAGES = 12;
const DEFAULT_DRAWS = 6;
/** Images that the ranges of --inputs are taken from. */
const INPUT_IMAGES = 256;

export const augmentPreviewVerb: Verb = {
  name: 'augment-preview',
  usage: '<data folder | file.loupe.json | run folder> [--out sheet.png]',
  summary: 'Show what augmentation does to the images of a data set, on a contact sheet.',
  details: `Each row is an image, as it is and as the first epochs of a training show it; a blend of two classes says so below.
With --inputs the sheet shows what the network sees instead: colours and normalisation applied, with ranges of each
channel and warnings where the scaling looks wrong.
Presets: none, light, fastai, keras, rand-augment, trivial-augment, mix.`,
  positionals: { min: 1, max: 1, missing: 'Which images, or which config?' },
  options: {
    out: { type: 'string', short: 'o', value: '<file>', help: `The sheet, a PNG; default ${DEFAULT_OUT}.` },
    images: { type: 'string', value: '<N>', help: `Images to show, from all classes; default ${DEFAULT_IMAGES}.` },
    draws: { type: 'string', value: '<N>', help: `Epochs to show; default ${DEFAULT_DRAWS}.` },
    roll: { type: 'string', value: '<N>', help: 'First epoch to show, from 0; default 0.' },
    preset: { type: 'string', value: '<name>', help: 'Augmentation in place of the config’s.' },
    set: setOption,
    inputs: { type: 'boolean', help: 'Show what the network sees, and check its scaling.' },
    serve: { type: 'boolean', help: 'Answer JSON lines from stdin, for programs.' },
  },
  run: augmentPreview,
};

async function augmentPreview(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const images = wholeNumber(input, 'images', 1, 400) ?? DEFAULT_IMAGES;
  const draws = wholeNumber(input, 'draws', 1, 64) ?? DEFAULT_DRAWS;
  const roll = wholeNumber(input, 'roll', 0, 1e6) ?? 0;
  const isServing = input.values.serve === true;
  const { openAugmentTarget } = await import('./augment-target.ts');
  const line = new ProgressLine(terminal);
  const what = terminal.progress === 'json' ? 'scan' : 'Scanning';
  try {
    const target = await openAugmentTarget(input.positionals[0] as string, {
      sets: textsOf(input, 'set'),
      preset: textOf(input, 'preset'),
      onProgress: (done, total) => line.report({ what, done, total }),
    });
    line.end();
    if (isServing) {
      const { servePreviews } = await import('../preview/serve.ts');
      await servePreviews(target, process.stdin, process.stdout);
      return { json: null, text: '' };
    }
    const out = textOf(input, 'out') ?? DEFAULT_OUT;
    const { writePreviewSheet, writeInputSheet } = await import('../preview/write-sheet.ts');
    if (input.values.inputs === true) {
      const report = await writeInputSheet(target, out, { shown: images, checked: Math.max(images, INPUT_IMAGES) });
      return { json: report, text: describeInputs(report, terminal) };
    }
    const report = await writePreviewSheet(target, out, { images, draws, roll });
    const operations = report.augmentation.length ? report.augmentation : ['nothing: augmentation is off'];
    const rows = report.images.length;
    const text = [
      `${terminal.out.green('Wrote')} ${report.sheet}: ${rows} images of ${report.classes} classes, ${draws} draws each`,
      ...operations.map((operation) => `  ${operation}`),
    ];
    return { json: report, text: text.join('\n') };
  } catch (error) {
    if (isServing && error instanceof Problem) sayFailure(error);
    throw error;
  } finally {
    line.end();
  }
}

/** To whoever waits for the first line. */
function sayFailure({ code, message, advice }: Problem): void {
  process.stdout.write(`${JSON.stringify({ id: null, error: { code, message, advice } } satisfies PreviewFailure)}\n`);
}

type InputReport = Awaited<ReturnType<typeof import('../preview/write-sheet.ts').writeInputSheet>>;

function describeInputs({ sheet, check }: InputReport, { out }: Terminal): string {
  const figure = (value: number) => value.toFixed(3).padStart(8);
  const width = Math.max(...check.channels.map(({ name }) => name.length));
  return [
    `${out.green('Wrote')} ${sheet}: what the network sees, over ${check.images} images`,
    ...check.channels.map(
      ({ name, min, mean, max, std }) =>
        `  ${name.padEnd(width)}  min ${figure(min)}  mean ${figure(mean)}  max ${figure(max)}  deviation ${figure(std)}`,
    ),
    ...(check.findings.length
      ? check.findings.map(({ message }) => `${out.yellow('!')} ${message}`)
      : ['Nothing looks wrong.']),
  ].join('\n');
}

function wholeNumber(input: VerbInput, name: string, least: number, most: number): number | undefined {
  const text = textOf(input, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} can't be "${text}".`, `Give a whole number from ${least} to ${most}.`);
}
