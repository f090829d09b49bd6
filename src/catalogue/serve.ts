import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Problem } from '../problem.ts';
import type { CatalogueLine, CatalogueQuestion } from '../protocol/catalogue.ts';
import type { JournalLine } from '../protocol/journal.ts';
import { type AnswerContext, answerRequest } from './answer.ts';
import type { Catalogue } from './catalogue.ts';
import { journalLines } from './decisions.ts';
import { measureImages } from './measure-images.ts';
import { type OpenCatalogueOptions, openCatalogue, refreshDecisions } from './open-catalogue.ts';
import { overviewOf } from './overview.ts';
import { scanInThread } from './scan-in-thread.ts';

export interface ServeOptions extends Pick<OpenCatalogueOptions, 'workspace' | 'cacheFolder'> {
  /** Answer from what is known already: no look at the files, nothing is measured. Default: both, in the background. */
  quick?: boolean | undefined;
}

const PROGRESS = 'Scanning';
/** How often it is looked whether anything has changed by itself. */
const LOOK_MS = 1000;
/** An overview of a large set takes its time: at most this share of it is spent on unasked ones. */
const UNASKED_SHARE = 0.05;

/**
 * Answers questions about a data set until `input` ends. What an earlier process found is shown at once, and brought in step with the
 * files in the background; only the first scan of all has to be waited for. Then images are measured, also in the background.
 */
export async function serveCatalogue(
  source: string,
  options: ServeOptions,
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
  let hasScanned = false;
  const catalogue = await openCatalogue(source, {
    ...options,
    skipScan: true,
    signal: ended.signal,
    onProgress: ({ seen, total }) => {
      hasScanned = true;
      void say({ progress: { what: PROGRESS, done: seen, total } });
    },
  }).catch((error: unknown) => {
    // Nobody waits for an answer any more.
    if (ended.signal.aborted) return null;
    throw error;
  });
  if (!catalogue) return;
  const service = new Service(catalogue, source, options, say);
  try {
    await service.tellOverview();
    take = (line) => service.take(line);
    for (const line of waiting.splice(0)) take(line);
    const background = service.work(hasScanned, ended.signal);
    await closed;
    await service.settled();
    ended.abort();
    await background;
  } finally {
    catalogue.close();
  }
}

class Service {
  readonly #catalogue: Catalogue;
  readonly #source: string;
  readonly #options: ServeOptions;
  readonly #say: (line: CatalogueLine) => Promise<void>;
  readonly #atWork = new Set<Promise<void>>();
  readonly #context: AnswerContext;
  #pending: readonly JournalLine[] = [];
  #told = { version: '', revision: '', at: 0, took: 0 };

  constructor(
    catalogue: Catalogue,
    source: string,
    options: ServeOptions,
    say: (line: CatalogueLine) => Promise<void>,
  ) {
    this.#catalogue = catalogue;
    this.#source = source;
    this.#options = options;
    this.#say = say;
    this.#context = {
      catalogue,
      journal: () => {
        const { lines, name } = journalLines({ workspace: options.workspace ?? process.cwd(), source });
        return { lines: [...lines, ...this.#pending], name };
      },
      refresh: ({ pending }) => {
        this.#pending = pending ?? [];
        refreshDecisions(catalogue, source, options, this.#pending);
      },
    };
  }

  take(line: string): void {
    const question = parse(line);
    if (!question) return;
    const work = this.#answer(question).then(this.#say);
    this.#atWork.add(work);
    void work.finally(() => this.#atWork.delete(work));
  }

  async settled(): Promise<void> {
    while (this.#atWork.size > 0) await Promise.all(this.#atWork);
  }

  /** Scans where that is still to be done, then measures, and tells what changes. */
  async work(hasScanned: boolean, signal: AbortSignal): Promise<void> {
    const timer = setInterval(() => this.#tellChange(), LOOK_MS);
    const { workspace, cacheFolder, quick = false } = this.#options;
    try {
      if (!hasScanned && !quick) await scanInThread({ source: this.#source, workspace, cacheFolder }, signal);
      this.#tellChange();
      if (!quick) await measureImages(this.#catalogue, { signal });
      this.#tellChange();
    } catch (error) {
      // What is known is still answered; the scan says what is wrong to whoever looks at the log.
      if (!signal.aborted) process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    } finally {
      if (signal.aborted) clearInterval(timer);
      else signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    }
  }

  async tellOverview(): Promise<void> {
    const started = performance.now();
    const overview = overviewOf(this.#catalogue);
    const now = performance.now();
    this.#told = { version: overview.version, revision: overview.revision, at: now, took: now - started };
    await this.#say({ ready: overview });
  }

  #tellChange(): void {
    const { version, revision, at, took } = this.#told;
    if (this.#catalogue.version === version) return;
    if (this.#catalogue.revision !== revision) {
      refreshDecisions(this.#catalogue, this.#source, this.#options, this.#pending);
    } else if (performance.now() - at < took / UNASKED_SHARE) return;
    void this.tellOverview();
  }

  async #answer({ id, request }: CatalogueQuestion): Promise<CatalogueLine> {
    try {
      const answer = await answerRequest(this.#context, request);
      if (answer && 'version' in answer)
        this.#told = { ...this.#told, version: answer.version, revision: answer.revision };
      return { id, answer };
    } catch (error) {
      const known = error instanceof Problem ? error : null;
      const message = error instanceof Error ? error.message : String(error);
      return { id, error: { code: known?.code ?? 'unexpected', message, advice: known?.advice ?? 'See the log.' } };
    }
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
