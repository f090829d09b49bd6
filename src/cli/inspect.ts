import path from 'node:path';
import { Problem } from '../problem.ts';
import { type CatalogueField, type CatalogueLine, catalogueFields } from '../protocol/catalogue.ts';
import { wholeNumber } from './options.ts';
import { ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const DEFAULT_LIMIT = 20;
const MOST_LISTED = 1000;

export const inspectVerb: Verb = {
  name: 'inspect',
  usage: '<folder | manifest | idx file> [--query text] [--sort field]',
  summary: 'See what is in a data set: classes, sizes, brightness, sharpness, issues; list images by a query.',
  details: `Images need no class: a flat folder will do. What was measured is kept by content.
--query lists images: words match the path; class:rose, split:test, issue:blurry, is:wrong, blur<0.3, width>=500,
confidence:0.5..0.6, -class:rose; terms are joined by and, several values (class:rose,tulip) by or.
--sort takes a field, with a minus in front for descending (--sort=-bytes):
${catalogueFields.slice(0, 14).join(', ')},
${catalogueFields.slice(14).join(', ')}.`,
  positionals: { min: 1, max: 1, missing: 'Which data set?' },
  options: {
    query: { type: 'string', short: 'q', value: '<text>', help: 'List the images that this query means.' },
    sort: { type: 'string', value: '<field>', help: 'Order of the list; default: by path.' },
    limit: { type: 'string', value: '<N>', help: `Images to list, at most ${MOST_LISTED}; default ${DEFAULT_LIMIT}.` },
    workspace: {
      type: 'string',
      value: '<folder>',
      help: 'Folder whose .loupe holds the journal of edits; default: the current folder.',
    },
    quick: { type: 'boolean', help: 'Show what is known already: no file is looked at, nothing is measured.' },
    lines: { type: 'boolean', help: 'Answer JSON lines from stdin, for programs.' },
  },
  run: inspect,
};

async function inspect(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const source = path.resolve(input.positionals[0] as string);
  const workspace = textOf(input, 'workspace');
  const quick = input.values.quick === true;
  if (input.values.lines === true) {
    await serve(source, { workspace, quick });
    return { json: null, text: '' };
  }
  const query = textOf(input, 'query');
  const sort = sortOf(textOf(input, 'sort'));
  const limit = Math.min(wholeNumber(input, 'limit', 1) ?? DEFAULT_LIMIT, MOST_LISTED);
  const { openCatalogue } = await import('../catalogue/open-catalogue.ts');
  const line = new ProgressLine(terminal);
  const what = terminal.progress === 'json' ? 'scan' : 'Scanning';
  try {
    const catalogue = await openCatalogue(source, {
      workspace,
      skipScan: quick,
      onProgress: ({ seen, total, read }) => line.report({ what, done: seen, total, fields: { read } }),
    });
    try {
      if (!quick) {
        const { measureImages } = await import('../catalogue/measure-images.ts');
        const measuring = terminal.progress === 'json' ? 'measure' : 'Measuring';
        await measureImages(catalogue, { onProgress: (done, total) => line.report({ what: measuring, done, total }) });
      }
      line.end();
      if (query === undefined && !sort) {
        const { describeCatalogue, reportCatalogue } = await import('./inspect-report.ts');
        const report = reportCatalogue(catalogue);
        return { json: report, text: describeCatalogue(report, terminal.out) };
      }
      const { pageOf } = await import('../catalogue/rows.ts');
      const { describePage } = await import('./inspect-report.ts');
      const page = pageOf(catalogue, { text: query ?? '', sort }, 0, limit);
      return { json: page, text: describePage(page, sort?.field, terminal.out) };
    } finally {
      catalogue.close();
    }
  } finally {
    line.end();
  }
}

async function serve(source: string, options: { workspace: string | undefined; quick: boolean }): Promise<void> {
  const { serveCatalogue } = await import('../catalogue/serve.ts');
  try {
    await serveCatalogue(source, options, process.stdin, process.stdout);
  } catch (error) {
    if (error instanceof Problem) sayFailure(error);
    throw error;
  }
}

/** To whoever waits for the first line. */
function sayFailure({ code, message, advice }: Problem): void {
  process.stdout.write(`${JSON.stringify({ id: null, error: { code, message, advice } } satisfies CatalogueLine)}\n`);
}

function sortOf(given: string | undefined): { field: CatalogueField; descending: boolean } | undefined {
  if (given === undefined) return undefined;
  const name = given.replace(/^-/, '');
  const field = catalogueFields.find((known) => known === name);
  if (!field) throw new UsageError(`--sort can't be "${given}".`, `Use one of ${catalogueFields.join(', ')}.`);
  return { field, descending: given.startsWith('-') };
}
