import type { EpochEvent, JobEvent, PhaseEvent, SkippedEvent, StepEvent, WarningEvent } from '../../protocol/events.ts';
import type {
  ClassFigures,
  LabelEdits,
  RunDelta,
  RunProgress,
  RunSnapshot,
  StepSeries,
} from '../../protocol/run-panel.ts';
import type { RunSummary } from '../../protocol/runs.ts';

type Timed<Event> = Event & { t: number };
type Changes = Omit<RunDelta, 'type' | 'summary'>;

const emptyChanges = (): Changes => ({ steps: [], epochs: [], warnings: [] });

/** What a run panel shows, built up from a run's events: the whole as a snapshot, what came since as a delta. */
export class RunRecord {
  private steps: Timed<StepEvent>[] = [];
  private epochs: Timed<EpochEvent>[] = [];
  private warnings: WarningEvent[] = [];
  private skipped = new Map<string, Omit<SkippedEvent, 'kind'>>();
  private classes: string[] = [];
  private counts: RunSnapshot['counts'] = null;
  private parameters: number | null = null;
  private engineReason: string | null = null;
  private progress: RunProgress | null = null;
  private phases: PhaseEvent[] = [];
  private edits: LabelEdits | null = null;
  /** Of every best epoch: a resume may go back to one of them. */
  private perClass: (ClassFigures & { step: number })[] = [];
  private resumedAt: number[] = [];
  private changes = emptyChanges();
  private shrunk = false;

  /** @param reset the events start over: forget what came before. */
  apply(events: readonly JobEvent[], reset = false): void {
    if (reset) this.clear();
    for (const event of events) this.applyOne(event);
  }

  /** Everything so far; the next delta starts after it. */
  snapshot(summary: RunSummary, config: string, files: string[]): RunSnapshot {
    this.changes = emptyChanges();
    this.shrunk = false;
    return {
      type: 'snapshot',
      summary,
      series: toSeries(this.steps),
      epochs: [...this.epochs],
      warnings: [...this.warnings],
      skipped: [...this.skipped.values()],
      classes: this.classes,
      counts: this.counts,
      parameters: this.parameters,
      engineReason: this.engineReason,
      config,
      files,
      progress: this.progress,
      resumedAt: [...this.resumedAt],
      perClass: this.perClass.at(-1) ?? null,
      phases: this.phases,
      ...(this.edits && { edits: this.edits }),
    };
  }

  /** What came since the last snapshot or delta; null where a curve became shorter and only a snapshot will do. */
  takeDelta(summary: RunSummary): RunDelta | null {
    if (this.shrunk) return null;
    const changes = this.changes;
    this.changes = emptyChanges();
    return { type: 'delta', summary, ...changes };
  }

  private clear(): void {
    Object.assign(this, new RunRecord());
    this.shrunk = true;
  }

  private applyOne(event: JobEvent): void {
    switch (event.kind) {
      case 'step':
        this.steps.push(event);
        this.changes.steps.push(event);
        this.setProgress(null);
        break;
      case 'epoch':
        this.addEpoch(event);
        this.setProgress(null);
        break;
      case 'warning':
        this.warnings.push(event);
        this.changes.warnings.push(event);
        break;
      case 'skipped':
        this.skipped.set(event.cause, { cause: event.cause, count: event.count, examples: event.examples });
        this.changes.skipped = [...this.skipped.values()];
        break;
      case 'edits': {
        const { relabelled, labelled, excluded, resplit } = event;
        this.edits = { relabelled, labelled, excluded, resplit };
        this.changes.edits = this.edits;
        break;
      }
      case 'progress':
        this.setProgress({ what: event.what, done: event.done, total: event.total });
        break;
      case 'engine':
        this.engineReason = event.reason;
        this.changes.engineReason = event.reason;
        break;
      case 'plan':
        this.classes = event.classes;
        this.counts = { train: event.train, validation: event.validation, test: event.test };
        this.parameters = event.parameters;
        Object.assign(this.changes, { classes: this.classes, counts: this.counts, parameters: this.parameters });
        break;
      case 'phase':
        this.phases = [...this.phases.filter(({ phase }) => phase < event.phase), event];
        this.changes.phases = this.phases;
        break;
      case 'resume':
        this.phases = this.phases.filter(({ step }) => step < event.step);
        this.perClass = this.perClass.filter(({ step }) => step <= event.step);
        this.steps = this.steps.filter(({ step }) => step <= event.step);
        this.epochs = this.epochs.filter(({ step }) => step <= event.step);
        this.resumedAt.push(event.t);
        this.shrunk = true;
        break;
      case 'status':
      case 'checkpoint':
      case 'done':
        this.setProgress(null);
        break;
      default:
        break;
    }
  }

  /** What an epoch says of its classes is kept of the best ones only: with many classes it is most of the event. */
  private addEpoch({ perClass, ...epoch }: Timed<EpochEvent>): void {
    this.epochs.push(epoch);
    this.changes.epochs.push(epoch);
    if (!epoch.best || !perClass) return;
    const figures = { epoch: epoch.epoch, step: epoch.step, classes: perClass };
    this.perClass.push(figures);
    this.changes.perClass = figures;
  }

  private setProgress(progress: RunProgress | null): void {
    if (progress === null && this.progress === null) return;
    this.progress = progress;
    this.changes.progress = progress;
  }
}

function toSeries(steps: readonly Timed<StepEvent>[]): StepSeries {
  return {
    step: steps.map(({ step }) => step),
    t: steps.map(({ t }) => t),
    epoch: steps.map(({ epoch }) => epoch),
    loss: steps.map(({ loss }) => loss),
    accuracy: steps.map(({ accuracy }) => accuracy),
    learningRate: steps.map(({ learningRate }) => learningRate),
    ms: steps.map(({ ms }) => ms),
    waitMs: steps.map(({ waitMs }) => waitMs),
    images: steps.map(({ images }) => images),
  };
}
