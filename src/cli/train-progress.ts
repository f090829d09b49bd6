import { setTimeout as wait } from 'node:timers/promises';
import { type Follower, followRun, type RunUpdate } from '../jobs/follow.ts';
import { isActive } from '../jobs/status.ts';
import type { EpochEvent, JobEvent, PhaseEvent, ProgressEvent } from '../protocol/events.ts';
import type { RunSummary } from '../protocol/runs.ts';
import { editsText } from './edits-text.ts';
import { count, duration, figure, percent, plural } from './format.ts';
import type { ProgressLine, ProgressReport } from './progress.ts';
import type { Style } from './style.ts';

const POLL_MS = 200;

/** Shows what happens in a run's folder while it is trained. What was there before is not told again. */
export function followTraining(
  folder: string,
  line: ProgressLine,
  colors: Style,
): { finish(): Promise<void>; close(): void } {
  const startedAt = Date.now();
  const view = new TrainingView();
  let last: RunSummary | null = null;
  const show = ({ summary, events }: RunUpdate) => {
    last = summary;
    for (const event of events) {
      view.take(event);
      const text = event.t >= startedAt ? lineOf(event, summary, colors) : null;
      if (text !== null) line.line(text);
    }
    const report = isActive(summary.state) ? view.report(summary) : null;
    if (report) line.report(report);
  };
  const follower: Follower = followRun(folder, { update: show }, { pollMs: POLL_MS });
  return {
    /** Waits until the last events have been shown. */
    async finish() {
      follower.refresh();
      for (let i = 0; i < 10 && (last === null || isActive(last.state)); i++) await wait(POLL_MS / 4);
    },
    close: () => follower.close(),
  };
}

/** What the bar says, from the events so far. */
export class TrainingView {
  private epochSeconds: number | null = null;
  private work: ProgressEvent | null = null;
  private stepsPerEpoch = 0;
  private batchSize = 0;

  take(event: JobEvent): void {
    if (event.kind === 'progress') this.work = event.done === event.total ? null : event;
    else if (event.kind === 'step') this.work = null;
    else if (event.kind === 'epoch') this.epochSeconds = event.seconds;
    else if (event.kind === 'plan') {
      this.stepsPerEpoch = event.stepsPerEpoch;
      this.batchSize = event.batchSize;
    }
  }

  report(run: RunSummary): ProgressReport {
    if (this.work) {
      const { what, done, total } = this.work;
      return { what: workNames[what] ?? what, done, total, fields: { state: run.state, work: what } };
    }
    if (!run.steps) return { what: 'Starting', done: 0, total: null, text: '…', fields: { state: run.state } };
    const eta = this.eta(run);
    const { epoch, epochs, loss, accuracy, imagesPerSecond, validationAccuracy } = run;
    return {
      what: `Epoch ${Math.max(1, epoch)}/${epochs}`,
      done: run.step,
      total: run.steps,
      text: [
        `loss ${figure(loss)}`,
        `acc ${percent(accuracy)}`,
        ...(validationAccuracy === null ? [] : [`val ${percent(validationAccuracy)}`]),
        ...(imagesPerSecond === null ? [] : [`${count(imagesPerSecond)} images/s`]),
      ].join('  '),
      eta,
      fields: { state: run.state, epoch, epochs, loss, accuracy, validationAccuracy, imagesPerSecond, eta },
    };
  }

  /** Seconds. A whole epoch's time has validation in it; before the first one only the steps are known. */
  private eta(run: RunSummary): number | null {
    const left = (run.steps ?? 0) - run.step;
    if (this.epochSeconds !== null && this.stepsPerEpoch > 0) return (left / this.stepsPerEpoch) * this.epochSeconds;
    return run.imagesPerSecond ? (left * this.batchSize) / run.imagesPerSecond : null;
  }
}

const workNames: Record<string, string> = {
  scan: 'Scanning',
  statistics: 'Measuring the images',
  evaluate: 'Evaluating',
  export: 'Exporting',
};

/** A line worth keeping on the screen, or null. */
export function lineOf(event: JobEvent, run: RunSummary, colors: Style): string | null {
  switch (event.kind) {
    case 'engine':
      return colors.dim(`${event.label} on ${event.device}. ${event.reason}`);
    case 'batch-size':
      return colors.dim(`Batch size ${count(event.batchSize)} was found. ${event.reason}`);
    case 'plan':
      if (event.again) return null;
      return colors.dim(
        `${count(event.train)} images to train on, ${count(event.validation)} to validate, ${count(event.test)} to test; ${plural(event.classes.length, 'class', 'classes')}; ${count(event.parameters)} parameters`,
      );
    case 'phase':
      return phaseLine(event);
    case 'checkpoint':
      return event.which === 'snapshot' ? colors.dim(`Kept ${event.folder}`) : null;
    case 'resume':
      return event.step > 0 ? `Going on from step ${count(event.step)}.` : null;
    case 'epoch':
      return epochLine(event, run, colors);
    case 'warning':
      return `${colors.yellow('Warning:')} ${event.message}`;
    case 'edits':
      return colors.dim(editsText(event));
    case 'skipped':
      return colors.yellow(`Skipped ${plural(event.count, 'image')}: ${event.cause}`);
    default:
      return null;
  }
}

function phaseLine({ phase, phases, epochs, width, height, batchSize, frozen }: PhaseEvent): string {
  const still = frozen.length > 0 ? `, ${plural(frozen.length, 'layer')} frozen` : '';
  const size = `${width} × ${height} pixels, ${count(batchSize)} images a step`;
  return `Phase ${phase}/${phases}: ${plural(epochs, 'epoch')} at ${size}${still}`;
}

function epochLine(event: EpochEvent, run: RunSummary, colors: Style): string {
  const total = String(run.epochs);
  const line = [
    `Epoch ${String(event.epoch).padStart(total.length)}/${total}`,
    `loss ${figure(event.loss)}`,
    `acc ${percent(event.accuracy)}`,
    ...(event.validationLoss === null ? [] : [`val loss ${figure(event.validationLoss)}`]),
    ...(event.validationAccuracy === null ? [] : [`val acc ${percent(event.validationAccuracy)}`]),
    ...(event.unaveraged ? [`unaveraged ${percent(event.unaveraged.validationAccuracy)}`] : []),
    duration(event.seconds),
  ].join('  ');
  return event.best ? `${line}  ${colors.green('best')}` : line;
}
