import type { EpochEvent, JobEvent, StatusEvent, StepEvent } from '../protocol/events.ts';
import type { RunSummary } from '../protocol/runs.ts';
import { tricksOf, trickText } from '../training/tricks.ts';
import type { Job, RunMeta } from './job.ts';
import type { LockState } from './lock.ts';
import { totalEpochs } from './read.ts';
import { flatten } from './record.ts';
import { deriveState, isActive } from './status.ts';

/** Steps over which images per second are averaged. */
const SPEED_STEPS = 50;

/** What a summary needs of a run's events: takes them one by one, so that a long run is never read twice. */
export class EventFold {
  startedAt: number | null = null;
  lastEventAt: number | null = null;
  lastStatus: { state: StatusEvent['state']; t: number; message: string | null; advice: string | null } | null = null;
  engine: string | null = null;
  device: string | null = null;
  stepsPerEpoch: number | null = null;
  /** Found for a config that leaves it open. */
  batchSize: number | null = null;
  /** Of the whole run as the last plan has it. */
  planned: { epochs: number; steps: number | null } | null = null;
  step = 0;
  epoch = 0;
  bestEpoch: number | null = null;
  validationLoss: number | null = null;
  validationAccuracy: number | null = null;
  testAccuracy: number | null = null;
  private lastStep: StepEvent | null = null;
  private epochs: EpochEvent[] = [];
  private speed: { images: number; ms: number }[] = [];

  add(event: JobEvent): void {
    this.startedAt ??= event.t;
    this.lastEventAt = event.t;
    switch (event.kind) {
      case 'status':
        this.lastStatus = {
          state: event.state,
          t: event.t,
          message: event.message ?? null,
          advice: event.advice ?? null,
        };
        break;
      case 'engine':
        this.engine = event.label;
        this.device = event.device;
        break;
      case 'batch-size':
        this.batchSize = event.batchSize;
        break;
      case 'plan':
        this.stepsPerEpoch = event.stepsPerEpoch;
        this.planned = { epochs: event.epochs, steps: event.steps ?? null };
        break;
      case 'step':
        this.addStep(event);
        break;
      case 'epoch':
        this.addEpoch(event);
        break;
      case 'resume':
        this.goBack(event.step, event.epoch);
        break;
      case 'done':
        this.bestEpoch = event.bestEpoch ?? this.bestEpoch;
        this.validationLoss = event.metrics?.validationLoss ?? this.validationLoss;
        this.validationAccuracy = event.metrics?.validationAccuracy ?? this.validationAccuracy;
        this.testAccuracy = event.metrics?.testAccuracy ?? this.testAccuracy;
        break;
    }
  }

  /** Images per second of the last steps, waiting for the loader included; null before the first step. */
  imagesPerSecond(): number | null {
    const images = this.speed.reduce((sum, part) => sum + part.images, 0);
    const ms = this.speed.reduce((sum, part) => sum + part.ms, 0);
    return ms > 0 ? (images / ms) * 1000 : null;
  }

  /** Of the last step; after going back to a saved state, of the last epoch before it. */
  figures(): { loss: number; accuracy: number } | null {
    return this.lastStep ?? this.epochs.at(-1) ?? null;
  }

  private addStep(event: StepEvent): void {
    this.lastStep = event;
    this.step = event.step;
    this.epoch = event.epoch;
    this.speed.push({ images: event.images, ms: event.ms });
    if (this.speed.length > SPEED_STEPS) this.speed.shift();
  }

  private addEpoch(event: EpochEvent): void {
    this.epochs.push(event);
    this.epoch = event.epoch;
    this.step = event.step;
    if (event.best) this.takeBest(event);
  }

  private takeBest(event: EpochEvent): void {
    this.bestEpoch = event.epoch;
    this.validationLoss = event.validationLoss;
    this.validationAccuracy = event.validationAccuracy;
    this.testAccuracy = null;
  }

  private goBack(step: number, epoch: number): void {
    this.epochs = this.epochs.filter((event) => event.step <= step);
    if (this.lastStep && this.lastStep.step > step) this.lastStep = null;
    this.step = step;
    this.epoch = epoch;
    this.speed = [];
    const best = this.epochs.findLast((event) => event.best);
    if (best?.epoch === this.bestEpoch) return;
    if (best) {
      this.takeBest(best);
    } else {
      this.bestEpoch = null;
      this.validationLoss = null;
      this.validationAccuracy = null;
      this.testAccuracy = null;
    }
  }
}

/** Everything in a run's folder that a summary is made of. */
export interface SummaryFacts {
  folder: string;
  job: Job;
  meta: RunMeta;
  fold: EventFold;
  stopRequested: boolean;
  lock: LockState;
  resumable: boolean;
  hasModel: boolean;
}

/** A run in one object for lists, panels and queries; pure. */
export function summarize(facts: SummaryFacts): RunSummary {
  const { job, meta, fold } = facts;
  const state = deriveState({
    lastStatus: fold.lastStatus,
    lastEventAt: fold.lastEventAt,
    requestedAt: requestedAt(job),
    stopRequested: facts.stopRequested,
    lock: facts.lock,
  });
  const { epochs, steps } = lengthOf(job, fold);
  const failed = state === 'failed';
  return {
    id: job.id,
    folder: facts.folder,
    name: meta.name || job.config.name || job.id,
    note: meta.note ?? '',
    tags: meta.tags ?? [],
    starred: meta.starred ?? false,
    state,
    message: failed ? (fold.lastStatus?.message ?? null) : null,
    advice: failed ? (fold.lastStatus?.advice ?? null) : null,
    createdAt: Date.parse(job.createdAt),
    startedAt: fold.startedAt,
    endedAt: isActive(state) || state === 'queued' ? null : fold.lastEventAt,
    architecture: job.config.model.architecture,
    tricks: tricksOf(job.config).map(trickText),
    engine: fold.engine,
    device: fold.device,
    epoch: fold.epoch,
    epochs,
    step: fold.step,
    steps,
    loss: fold.figures()?.loss ?? null,
    accuracy: fold.figures()?.accuracy ?? null,
    bestEpoch: fold.bestEpoch,
    validationLoss: fold.validationLoss,
    validationAccuracy: fold.validationAccuracy,
    testAccuracy: fold.testAccuracy,
    imagesPerSecond: fold.imagesPerSecond(),
    resumable: facts.resumable,
    hasModel: facts.hasModel,
    params: { ...flatten(job.config), ...(fold.batchSize === null ? {} : { 'training.batchSize': fold.batchSize }) },
  };
}

/** Epochs and steps of the whole run: as asked for, under a time budget as the run found out. */
function lengthOf(job: Job, { planned, stepsPerEpoch }: EventFold): { epochs: number; steps: number | null } {
  const asked = totalEpochs(job);
  if (planned && (planned.epochs === asked || job.config.training.timeBudget > 0)) {
    return { epochs: planned.epochs, steps: planned.steps ?? (stepsPerEpoch ?? 0) * planned.epochs };
  }
  return { epochs: asked, steps: stepsPerEpoch === null ? null : stepsPerEpoch * asked };
}

/** When the user last asked to go on with the run, milliseconds since 1970; null if never. */
function requestedAt(job: Job): number | null {
  const times = [...job.continuations.map(({ at }) => at), ...(job.resumeRequestedAt ? [job.resumeRequestedAt] : [])]
    .map((at) => Date.parse(at))
    .filter(Number.isFinite);
  return times.length ? Math.max(...times) : null;
}
