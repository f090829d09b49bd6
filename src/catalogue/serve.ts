import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ScanProgress } from '../dataset/types.ts';
import { Problem } from '../problem.ts';
import type { CatalogueLine, CatalogueQuestion } from '../protocol/catalogue.ts';
import type { JournalLine } from '../protocol/journal.ts';
import { type AnswerContext, answerRequest } from './answer.ts';
import type { Catalogue } from './catalogue.ts';
import { journalLines } from './decisions.ts';
import { type OpenCatalogueOptions, openUnscanned, refreshDecisions, scanInto } from './open-catalogue.ts';
import { overviewOf } from './overview.ts';
import { scanInThread } from './scan-in-thread.ts';

export interface ServeOptions extends Pick<OpenCatalogueOptions, 'workspace' | 'cacheFolder'> {
  /** Answer from what is known already: no look at the files, nothing is measured. Default: both, in the background. */
  quick?: boolean | undefined;
}

const PROGRESS = 'Scanning';
/** How often it is looked whether anything has changed by itself. */
const LOOK_MS = 1000;
/** How often it is looked whether a first scan has found an image. */
const FIRST_LOOK_MS = 10;
const PROGRESS_MS = 250;
/** What is known is shown first: a panel that opens asks for its first images meanwhile. */
const RESCAN_MS = 1000;
/** An overview of a large set takes its time: at most this share of it is spent on unasked ones. */
const UNASKED_SHARE = 0.05;

/**
 * Answers questions about a data set until `input` ends. What an earlier process found is shown at once, and brought in step with the
 * files in the background; of a first scan, what it has found so far: only its first images have to be waited for. Then images are
 * measured, also in the background.
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
  const catalogue = await openUnscanned(source, options);
  const service = new Service(catalogue, source, options, say);
  try {
    const scan = service.scan(ended.signal);
    // Whoever waits for it hears of a failure, and nobody else does.
    scan.catch(() => undefined);
    await Promise.race([scan, service.firstImages(ended.signal)]);
    // A scan that fails before it has found anything says what is wrong with the data set.
    if (catalogue.count === 0) await scan;
    if (ended.signal.aborted) return;
    service.begin();
    take = (line) => service.take(line);
    for (const line of waiting.splice(0)) take(line);
    const background = service.work(scan, ended.signal);
    await closed;
    await service.settled();
    ended.abort();
    await background;
  } catch (error) {
    // Nobody waits for an answer any more.
    if (!ended.signal.aborted) throw error;
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
  #told = { version: '', contents: '', at: 0, took: 0 };
  #toldProgress = 0;

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
        const { lines, names } = journalLines({ workspace: options.workspace ?? process.cwd(), source });
        return { lines: [...lines, ...this.#pending], names };
      },
      refresh: ({ pending }) => {
        this.#pending = pending ?? [];
        refreshDecisions(catalogue, source, options, this.#pending);
      },
    };
  }

  /** Beside the answers, in a thread; where nothing can be kept on the disk, which two threads would share, in this one. */
  async scan(signal: AbortSignal): Promise<void> {
    const { cacheFolder, quick = false } = this.#options;
    if (quick && this.#catalogue.isScanned) return;
    if (this.#catalogue.count > 0) await delay(RESCAN_MS, undefined, { signal });
    const onProgress = (progress: ScanProgress) => this.#tellProgress(progress);
    if (this.#catalogue.notKept !== null) await scanInto(this.#catalogue, this.#source, { onProgress, signal });
    else await scanInThread({ source: this.#source, cacheFolder }, { onProgress, signal });
  }

  /** Settles when there is something to show. */
  async firstImages(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && this.#catalogue.count === 0) await delay(FIRST_LOOK_MS);
  }

  begin(): void {
    refreshDecisions(this.#catalogue, this.#source, this.#options);
    void this.tellOverview();
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

  /** Measures when the scan is over, and tells what changes. */
  async work(scan: Promise<void>, signal: AbortSignal): Promise<void> {
    const timer = setInterval(() => this.#tellChange(), LOOK_MS);
    try {
      await scan;
      void this.#say({ progress: null });
      this.#tellChange();
      if (!this.#options.quick) {
        const { measureImages } = await import('./measure-images.ts');
        await measureImages(this.#catalogue, { signal });
      }
      this.#tellChange();
    } catch (error) {
      // What is known is still answered; the scan says what is wrong to whoever looks at the log.
      if (!signal.aborted) {
        void this.#say({ progress: null });
        process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
      }
    } finally {
      if (signal.aborted) clearInterval(timer);
      else signal.addEventListener('abort', () => clearInterval(timer), { once: true });
    }
  }

  async tellOverview(): Promise<void> {
    const started = performance.now();
    const overview = overviewOf(this.#catalogue);
    const now = performance.now();
    this.#told = { version: overview.version, contents: this.#catalogue.contents, at: now, took: now - started };
    await this.#say({ ready: overview });
  }

  #tellChange(): void {
    const { version, contents, at, took } = this.#told;
    if (this.#catalogue.version === version || performance.now() - at < took / UNASKED_SHARE) return;
    if (this.#catalogue.contents !== contents) {
      refreshDecisions(this.#catalogue, this.#source, this.#options, this.#pending);
    }
    void this.tellOverview();
  }

  #tellProgress({ seen, total }: ScanProgress): void {
    const now = performance.now();
    if (now - this.#toldProgress < PROGRESS_MS) return;
    this.#toldProgress = now;
    void this.#say({ progress: { what: PROGRESS, done: seen, total } });
  }

  async #answer({ id, request }: CatalogueQuestion): Promise<CatalogueLine> {
    try {
      const answer = await answerRequest(this.#context, request);
      if (answer && 'version' in answer)
        this.#told = { ...this.#told, version: answer.version, contents: this.#catalogue.contents };
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
