import path from 'node:path';
import type { NewImagesReport } from '../protocol/new-images.ts';
import { count, percent, plural } from './format.ts';
import { engineOf, engineOptions } from './options.ts';
import type { ProgressLine } from './progress.ts';
import { stoppable } from './stoppable.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const SHOWN = 20;

export const newVerb: Verb = {
  name: 'new',
  usage: '<folder or images …> --into <data set> [--add]',
  summary: 'Check images that have no label yet, suggest one, and say which are the most useful to label next.',
  details: `The same checks as of the data set: unreadable, dark, blurry, copies of what is there, unlike everything. Labels are suggested by the
most similar labelled images; the most useful come first: those of which the suggestion is unsure and that are unlike what is
labelled or came before. With --add, images are copied into the folder "unlabelled" beside the class folders (unreadable ones and exact
copies are left out), where the cleaning panel labels them. Without it nothing is changed.`,
  positionals: { min: 1, max: Number.POSITIVE_INFINITY, missing: 'Which images?' },
  options: {
    into: { type: 'string', value: '<data set>', help: 'Folder of class folders that they are for.' },
    add: { type: 'boolean', help: 'Copy them into its folder "unlabelled".' },
    weights: {
      type: 'string',
      short: 'w',
      value: '<file or run>',
      help: 'Network that describes the images; default: the best at hand, else shapes and colours.',
    },
    ...engineOptions,
  },
  run: look,
};

async function look(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const into = textOf(input, 'into');
  if (into === undefined) throw new UsageError('For which data set? --into is missing.', 'Name its folder.');
  const places = input.positionals.map((place) => path.resolve(place));
  const add = input.values.add === true;
  if (!add && places.length > 1) throw new UsageError('One folder at a time.', 'Or copy all of them with --add.');
  const texts = { stopping: 'Stopping …', whole: 'each copy is whole' };
  const json = terminal.progress === 'json';
  const report = await stoppable(terminal, texts, (line, signal) =>
    lookAt(places, path.resolve(into), add, input, line, signal, json),
  );
  return { json: report, text: describe(report) };
}

async function lookAt(
  places: string[],
  into: string,
  add: boolean,
  input: VerbInput,
  line: ProgressLine,
  signal: AbortSignal,
  json: boolean,
): Promise<NewImagesReport> {
  const { findNewImages } = await import('../cleaning/new-images/find-new.ts');
  const words = { scan: 'Scanning', measure: 'Measuring', embed: 'Describing', add: 'Copying' };
  const report = (what: keyof typeof words, done: number, total: number | null) =>
    line.report({ what: json ? what : words[what], done, total });
  const added = add ? await copyIn(places, into, (done, total) => report('add', done, total), signal) : null;
  const folder = added?.folder ?? (places[0] as string);
  const { networkAtHand } = await import('../cleaning/embedding-network.ts');
  const workspace = process.cwd();
  const weights = textOf(input, 'weights') ?? (await networkAtHand(workspace, into)).source;
  const find = (describe?: Parameters<typeof findNewImages>[2]['describe']) =>
    findNewImages(folder, into, { workspace, describe, onProgress: report, signal });
  const found = weights === null ? await find() : await withNetwork(weights, input, report, signal, find);
  return { into, folder, ...found, added: added?.added ?? [], left: added?.left ?? [] };
}

type Find = (
  describe: NonNullable<Parameters<typeof import('../cleaning/new-images/find-new.ts').findNewImages>[2]['describe']>,
) => Promise<Pick<NewImagesReport, 'network' | 'labelled' | 'images' | 'unreadable'>>;

async function withNetwork(
  weights: string,
  input: VerbInput,
  report: (what: 'embed', done: number, total: number) => void,
  signal: AbortSignal,
  find: Find,
) {
  const { openEmbeddingNetwork } = await import('../embedding/network.ts');
  const { embedImages } = await import('../embedding/embed.ts');
  const { chooseEngine } = await import('../engines/choose.ts');
  const { engine } = await chooseEngine(engineOf(input));
  try {
    const network = await openEmbeddingNetwork(weights);
    try {
      return await find(async (data) => {
        const onProgress = (done: number, total: number) => report('embed', done, total);
        const embeddings = await embedImages(engine, network, data, { onFailed: () => undefined, onProgress, signal });
        return { embeddings, name: network.name };
      });
    } finally {
      network.dispose();
    }
  } finally {
    await engine.dispose();
  }
}

async function copyIn(
  places: string[],
  into: string,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
) {
  const { openCatalogue } = await import('../catalogue/open-catalogue.ts');
  const { resolveSource } = await import('../dataset/resolve-source.ts');
  const { addImages, UNLABELLED_FOLDER } = await import('../cleaning/new-images/add-images.ts');
  const { assertFolder } = await import('../cleaning/new-images/find-new.ts');
  const { root, format } = await resolveSource(into, 'auto');
  assertFolder(format, into);
  const catalogue = await openCatalogue(into, { signal });
  const known = new Set([...catalogue.images()].map(({ hash }) => hash));
  catalogue.close();
  const added = await addImages(places, root, known, { onProgress, signal });
  return { folder: path.join(root, UNLABELLED_FOLDER), ...added };
}

function describe({ images, unreadable, added, left, network, labelled }: NewImagesReport): string {
  const parts: string[] = [];
  if (added.length + left.length > 0) {
    parts.push(`${plural(added.length, 'image')} copied into "unlabelled", ${count(left.length)} left out.`);
    parts.push(...left.slice(0, SHOWN).map(({ from, message }) => `  ${from}: ${message}`));
  }
  parts.push(...unreadable.slice(0, SHOWN).map(({ path: name, message }) => `Can't be read: ${name}: ${message}`));
  if (images.length === 0) return [...parts, 'There are no images without a label.'].join('\n');
  parts.push(
    `${plural(images.length, 'image')} without a label, beside ${count(labelled)} labelled ones by ${network}; the most useful first:`,
    '',
  );
  const rows = images
    .slice(0, SHOWN)
    .map(({ row, suggestions, uncertainty, issues, copyOf }) => [
      row.path,
      suggestions[0]?.label ?? '–',
      percent(suggestions[0]?.probability ?? null),
      uncertainty.toFixed(2),
      [...issues, ...(copyOf === null ? [] : [`of ${copyOf}`])].join(' '),
    ]);
  const titles = ['IMAGE', 'PERHAPS', 'WITH', 'UNSURE', 'ISSUES'].map((title) => ({ title }));
  parts.push(renderTable(titles, rows));
  if (images.length > SHOWN) parts.push(`and ${count(images.length - SHOWN)} more; --json has all.`);
  return parts.join('\n');
}
