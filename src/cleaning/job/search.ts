import type { Catalogue } from '../../catalogue/catalogue.ts';
import type { CatalogueImage } from '../../catalogue/types.ts';
import type { DataSet, ImageRecord } from '../../dataset/types.ts';
import type { Neighbours } from '../../evaluation/probes/nearest.ts';
import type { EventWriter } from '../../jobs/event-writer.ts';
import type { IssuesJob } from '../../jobs/issues-job.ts';
import type { IssuesReport, IssuesStep } from '../../protocol/issues.ts';
import type { StopRequest } from '../../training/stop-request.ts';
import type { StepStore } from '../step-store.ts';

/** An image of the search: as the catalogue has it, and as the data set. */
export interface SearchedImage extends Omit<CatalogueImage, 'format'> {
  record: ImageRecord;
}

/** What all steps of one search share. */
export interface Search {
  folder: string;
  job: IssuesJob;
  catalogue: Catalogue;
  data: DataSet;
  /** Those that the journal does not leave out. */
  images: SearchedImage[];
  store: StepStore;
  events: EventWriter;
  stop: StopRequest;
  steps: StepClock;
  /** What a reader should know, as sentences. */
  notes: string[];
}

/** Images described by a network, and the nearest others of each. Positions are rows of `features`. */
export interface DescribedImages {
  /** [row, size] */
  features: Float32Array;
  size: number;
  /** [row], positions in `Search.images`. */
  rows: Uint32Array;
  neighbours: Neighbours;
  network: string;
  /** Equal for equal features of equal images. */
  key: string;
}

const PROGRESS_MS = 250;

/** Tells how far a step is, a few times a second, and measures how long each takes. */
export class StepClock {
  readonly done: IssuesReport['steps'] = [];
  readonly #events: EventWriter;
  #told = 0;

  constructor(events: EventWriter) {
    this.#events = events;
  }

  /** @param work told how to report progress; says whether an earlier result was taken over */
  async run<Result>(
    step: IssuesStep,
    work: (progress: (done: number, total: number | null) => void) => Promise<{ result: Result; kept: boolean }>,
  ): Promise<Result> {
    const started = performance.now();
    this.#events.append({ kind: 'progress', what: step, done: 0, total: null });
    const { result, kept } = await work((done, total) => this.#tell(step, done, total));
    this.done.push({ step, seconds: Math.round((performance.now() - started) / 10) / 100, kept });
    return result;
  }

  #tell(step: IssuesStep, done: number, total: number | null): void {
    if (performance.now() - this.#told < PROGRESS_MS && done !== total) return;
    this.#told = performance.now();
    this.#events.append({ kind: 'progress', what: step, done, total });
  }
}
