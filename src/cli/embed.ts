import fs from 'node:fs';
import path from 'node:path';
import type { DescribedData, DescribeOptions } from '../embedding/describe-data.ts';
import type { NetworkChoice } from '../embedding/network.ts';
import { count, plural } from './format.ts';
import { engineOf, engineOptions, wholeNumber } from './options.ts';
import { ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbOption, type VerbResult } from './verb.ts';

const normalizations = ['zero-one', 'minus-one-one', 'imagenet', 'caffe', 'clip', 'zero-255'] as const;

/** Options of the verbs that describe images by a network. */
export const embeddingOptions: Record<string, VerbOption> = {
  weights: {
    type: 'string',
    short: 'w',
    value: '<name, file or run>',
    help: 'Pretrained weights: a name of the zoo (see loupe zoo), a file (see loupe import), or a run.',
  },
  size: {
    type: 'string',
    value: '<pixels>',
    help: 'Side of the input, where the network leaves it open; default 128, for whole networks 224.',
  },
  layer: {
    type: 'string',
    value: '<name>',
    help: 'Layer, output or value inside an ONNX file that describes the image; default: what comes before the classifier.',
  },
  normalize: {
    type: 'string',
    value: `<${normalizations.join('|')}>`,
    help: 'How pixels are brought to the input; default: as the weights want it, for whole networks a guess that is shown.',
  },
  ...engineOptions,
};

export const embedVerb: Verb = {
  name: 'embed',
  usage: '<folder | manifest | idx file> --weights <file or run> [--out features.csv]',
  summary: 'Describe every image by the numbers that a pretrained network gives; they are kept for what comes next.',
  details:
    'Computed once for the same weights, preprocessing and image content. --out writes them as CSV, a line an image.',
  positionals: { min: 1, max: 1, missing: 'Which data set?' },
  options: { ...embeddingOptions, out: { type: 'string', value: '<file>', help: 'CSV: path, label, f0, f1 …' } },
  run: embed,
};

/** The weights that were given: a name of the zoo, or an absolute path. */
export function weightsUsed(given: string): string {
  return fs.existsSync(given) ? path.resolve(given) : given;
}

/** What is asked of the network. @throws UsageError */
export function networkChoiceOf(input: VerbInput): NetworkChoice {
  const given = textOf(input, 'normalize');
  const normalize = normalizations.find((name) => name === given);
  if (given !== undefined && !normalize) {
    throw new UsageError(`--normalize can't be "${given}".`, `Use one of ${normalizations.join(', ')}.`);
  }
  return { side: wholeNumber(input, 'size', 32), normalize, output: textOf(input, 'layer') };
}

async function embed(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { describeData } = await import('../embedding/describe-data.ts');
  const skipped: { path: string; message: string }[] = [];
  const out = textOf(input, 'out');
  const report = await withProgress(input, textOf(input, 'weights'), terminal, skipped, (options) =>
    describeData(input.positionals[0] as string, options, async (described) => {
      if (out !== undefined) await writeCsv(path.resolve(out), described);
      return reportOf(described);
    }),
  );
  const { images, size, cached, seconds, network } = report;
  const rate = seconds > 0 ? `, ${count((images - cached) / seconds)} a second` : '';
  return {
    json: { ...report, skipped, out: out === undefined ? null : path.resolve(out) },
    text: `${plural(images, 'image')} × ${count(size)} numbers by ${network.name} at ${network.width} × ${network.height} pixels${network.normalize === null ? '' : ` (${network.normalize}, ${network.output})`}; ${count(cached)} were there already${images > cached ? rate : ''}.${skipped.length > 0 ? ` ${plural(skipped.length, 'image')} skipped.` : ''}`,
  };
}

export function reportOf({ data, embeddings, network, engine, seconds }: DescribedData) {
  const { indices, size, cached } = embeddings;
  return { source: data.root, images: indices.length, size, cached, seconds, network, engine };
}

/** What both verbs ask of the command line, with their progress on one line. @throws UsageError */
export async function withProgress<T>(
  input: VerbInput,
  weights: string | undefined,
  terminal: Terminal,
  skipped: { path: string; message: string }[],
  work: (options: DescribeOptions, line: ProgressLine) => Promise<T>,
): Promise<T> {
  if (weights === undefined) {
    throw new UsageError(
      'By which network? --weights is missing.',
      'Give a name of the zoo (loupe zoo), a file of pretrained weights, or the folder of a run.',
    );
  }
  const line = new ProgressLine(terminal);
  const json = terminal.progress === 'json';
  try {
    return await work(
      {
        weights,
        ...networkChoiceOf(input),
        engine: engineOf(input),
        onScan: ({ seen, total }) => line.report({ what: json ? 'scan' : 'Scanning', done: seen, total }),
        onEmbed: (done, total) => line.report({ what: json ? 'embed' : 'Describing', done, total }),
        onSkipped: (file, message) => skipped.push({ path: file, message }),
      },
      line,
    );
  } finally {
    line.end();
  }
}

async function writeCsv(file: string, described: DescribedData): Promise<void> {
  const { createWriteStream } = await import('node:fs');
  const { Readable } = await import('node:stream');
  const { pipeline } = await import('node:stream/promises');
  await pipeline(Readable.from(csvLines(described)), createWriteStream(file));
}

function* csvLines({ data, embeddings }: DescribedData): Generator<string> {
  const { features, size, indices } = embeddings;
  yield `path,label,${Array.from({ length: size }, (_, i) => `f${i}`).join(',')}\n`;
  for (const [row, index] of indices.entries()) {
    const image = data.images[index];
    const values = features.subarray(row * size, (row + 1) * size);
    yield `${quoted(image?.path ?? '')},${quoted(data.classes[image?.label ?? 0] ?? '')},${values.join(',')}\n`;
  }
}

function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
