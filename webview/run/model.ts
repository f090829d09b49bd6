import type { EpochEvent, PhaseEvent, WarningEvent } from '../../src/protocol/events.ts';
import type {
  ClassFigures,
  LabelEdits,
  RunDelta,
  RunProgress,
  RunSnapshot,
  ToRunPanel,
} from '../../src/protocol/run-panel.ts';
import type { RunSummary } from '../../src/protocol/runs.ts';
import { StepColumns } from './columns.ts';

export type Epoch = EpochEvent & { t: number };

/** Equal warnings are told once, with how often they came. */
export interface CountedWarning {
  code: string;
  message: string;
  count: number;
}

/** Everything the panel shows of a run. A new object comes with each message; the columns grow in place. */
export interface RunView {
  summary: RunSummary;
  columns: StepColumns;
  epochs: Epoch[];
  warnings: CountedWarning[];
  skipped: RunSnapshot['skipped'];
  classes: string[];
  counts: RunSnapshot['counts'];
  parameters: number | null;
  engineReason: string | null;
  config: string;
  files: string[];
  progress: RunProgress | null;
  perClass: ClassFigures | null;
  phases: readonly PhaseEvent[];
  edits: LabelEdits | null;
  /** Changes when points that were there before are gone or different: curves drawn from them start over. */
  generation: number;
}

/** More distinct warnings than anybody reads; the log has them all. */
const warningLimit = 200;

/** The view after a message. A delta before the first snapshot has nothing to add to and is dropped. */
export function reduce(view: RunView | null, message: ToRunPanel): RunView | null {
  if (message.type === 'snapshot') return fromSnapshot(message, (view?.generation ?? 0) + 1);
  return view && applyDelta(view, message);
}

function fromSnapshot(snapshot: RunSnapshot, generation: number): RunView {
  return {
    summary: snapshot.summary,
    columns: StepColumns.from(snapshot.series, snapshot.resumedAt),
    epochs: snapshot.epochs,
    warnings: countWarnings([], snapshot.warnings),
    skipped: snapshot.skipped,
    classes: snapshot.classes,
    counts: snapshot.counts,
    parameters: snapshot.parameters,
    engineReason: snapshot.engineReason,
    config: snapshot.config,
    files: snapshot.files,
    progress: snapshot.progress ?? null,
    perClass: snapshot.perClass ?? null,
    phases: snapshot.phases ?? [],
    edits: snapshot.edits ?? null,
    generation,
  };
}

function applyDelta(view: RunView, delta: RunDelta): RunView {
  const { columns } = view;
  const first = delta.steps[0];
  // A repeated step replaces what was there, so a delta that overlaps a snapshot does no harm.
  const rewrites = first !== undefined && first.step <= columns.lastStep();
  if (rewrites) columns.truncate(columns.indexOfStep(first.step));
  for (const step of delta.steps) columns.append(step);
  const firstEpoch = delta.epochs[0]?.epoch ?? Number.POSITIVE_INFINITY;
  return {
    ...view,
    summary: delta.summary,
    epochs: delta.epochs.length
      ? [...view.epochs.filter((epoch) => epoch.epoch < firstEpoch), ...delta.epochs]
      : view.epochs,
    warnings: delta.warnings.length ? countWarnings(view.warnings, delta.warnings) : view.warnings,
    skipped: delta.skipped ?? view.skipped,
    classes: delta.classes ?? view.classes,
    counts: delta.counts ?? view.counts,
    parameters: delta.parameters ?? view.parameters,
    engineReason: delta.engineReason ?? view.engineReason,
    files: delta.files ?? view.files,
    perClass: delta.perClass ?? view.perClass,
    phases: delta.phases ?? view.phases,
    edits: delta.edits ?? view.edits,
    progress: nextProgress(view, delta),
    generation: view.generation + (rewrites ? 1 : 0),
  };
}

function nextProgress(view: RunView, delta: RunDelta): RunProgress | null {
  if (delta.progress !== undefined) return delta.progress;
  return delta.steps.length || delta.epochs.length ? null : view.progress;
}

function countWarnings(known: readonly CountedWarning[], added: readonly WarningEvent[]): CountedWarning[] {
  const counted = new Map(known.map((warning) => [`${warning.code}\n${warning.message}`, warning]));
  for (const { code, message } of added) {
    const key = `${code}\n${message}`;
    const count = (counted.get(key)?.count ?? 0) + 1;
    if (count > 1 || counted.size < warningLimit) counted.set(key, { code, message, count });
  }
  return [...counted.values()];
}
