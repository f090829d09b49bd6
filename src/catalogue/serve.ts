import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Problem } from '../problem.ts';
import type { CatalogueLine, CatalogueQuestion, CatalogueRequest } from '../protocol/catalogue.ts';
import { type AnswerContext, answerRequest } from './answer.ts';
import type { Catalogue } from './catalogue.ts';
import { journalLines } from './decisions.ts';
import { type OpenCatalogueOptions, openCatalogue, refreshDecisions } from './open-catalogue.ts';
import { overviewOf } from './overview.ts';

const PROGRESS = 'Scanning';

/** Answers questions about a data set until `input` ends. Questions that come while the first scan runs wait for it. */
export async function serveCatalogue(
  source: string,
  options: Pick<OpenCatalogueOptions, 'workspace' | 'cacheFolder'>,
  input: Readable,
  output: Writable,
): Promise<void> {
  const say = async (line: CatalogueLine) => {
    if (!output.write(`${JSON.stringify(line)}\n`)) await once(output, 'drain');
  };
  const waiting: string[] = [];
  const ended = new AbortController();
  let take = (line: string): void => void waiting.push(line);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  lines.on('line', (line) => take(line));
  const closed = once(lines, 'close').then(() => {
    if (waiting.length === 0) ended.abort();
  });
  const catalogue = await openCatalogue(source, {
    ...options,
    signal: ended.signal,
    onProgress: ({ seen, total }) => void say({ progress: { what: PROGRESS, done: seen, total } }),
  }).catch((error: unknown) => {
    // Nobody waits for an answer any more.
    if (ended.signal.aborted) return null;
    throw error;
  });
  if (!catalogue) return;
  try {
    await say({ ready: overviewOf(catalogue) });
    const context = contextOf(catalogue, source, options);
    const atWork = new Set<Promise<void>>();
    take = (line) => {
      const question = parse(line);
      if (!question) return;
      const work = answer(context, question).then(say);
      atWork.add(work);
      void work.finally(() => atWork.delete(work));
    };
    for (const line of waiting.splice(0)) take(line);
    await closed;
    await Promise.all(atWork);
  } finally {
    catalogue.close();
  }
}

function contextOf(
  catalogue: Catalogue,
  source: string,
  options: Pick<OpenCatalogueOptions, 'workspace'>,
): AnswerContext {
  let pending: Extract<CatalogueRequest, { type: 'refresh' }>['pending'];
  return {
    catalogue,
    journal() {
      const { lines, name } = journalLines({ workspace: options.workspace ?? process.cwd(), source });
      return { lines: [...lines, ...(pending ?? [])], name };
    },
    refresh(request) {
      pending = request.pending;
      refreshDecisions(catalogue, source, options, pending);
    },
  };
}

async function answer(context: AnswerContext, { id, request }: CatalogueQuestion): Promise<CatalogueLine> {
  try {
    return { id, answer: await answerRequest(context, request) };
  } catch (error) {
    const known = error instanceof Problem ? error : null;
    const message = error instanceof Error ? error.message : String(error);
    return { id, error: { code: known?.code ?? 'unexpected', message, advice: known?.advice ?? 'See the log.' } };
  }
}

function parse(line: string): CatalogueQuestion | null {
  try {
    const value = JSON.parse(line) as CatalogueQuestion;
    return typeof value.id === 'number' && typeof value.request?.type === 'string' ? value : null;
  } catch {
    return null;
  }
}
