import type { IssuesStep } from './issues.ts';
import type { LrPlanEvent, LrPointEvent, LrSweepEvent, LrVerdictEvent } from './lr-finder.ts';

/** What a job appends to `events.jsonl`: one object a line, `t` in milliseconds since 1970. Readers ignore unknown kinds. */
export type JobEvent = { t: number } & JobEventBody;

export type JobEventBody =
  | StatusEvent
  | EngineEvent
  | BatchSizeEvent
  | PlanEvent
  | InputsEvent
  | PhaseEvent
  | ProgressEvent
  | StepEvent
  | EpochEvent
  | CheckpointEvent
  | WarningEvent
  | SkippedEvent
  | EditsEvent
  | ResumeEvent
  | DoneEvent
  | LrPlanEvent
  | LrPointEvent
  | LrSweepEvent
  | LrVerdictEvent;

/** What the process says of itself; whether it is still alive is decided from the lock (see jobs/status.ts). */
export interface StatusEvent {
  kind: 'status';
  state: 'starting' | 'running' | 'done' | 'stopped' | 'failed';
  /** For `failed`: what happened and what to do next. */
  message?: string;
  advice?: string;
  pid?: number;
}

export interface EngineEvent {
  kind: 'engine';
  name: string;
  label: string;
  device: string;
  /** Why this engine was chosen, in one sentence. */
  reason: string;
  refused: { name: string; reason: string }[];
}

/** The config leaves the batch size open: it was found with real steps, once for the whole run. */
export interface BatchSizeEvent {
  kind: 'batch-size';
  batchSize: number;
  imagesPerSecond: number;
  /** Why no larger one. */
  reason: string;
}

/** What the run is about to do; written once data and model are ready. */
export interface PlanEvent {
  kind: 'plan';
  /** Only the epochs and steps are new: a time budget knows better by now. */
  again?: true;
  classes: string[];
  train: number;
  validation: number;
  test: number;
  parameters: number;
  /** Of the segment that the run is in. */
  stepsPerEpoch: number;
  /** Epochs and steps of the whole run, continuations included; under a time budget as far as can be said now. */
  epochs: number;
  steps?: number;
  batchSize: number;
}

/** A phase of the run begins. */
export interface PhaseEvent {
  kind: 'phase';
  /** Counts from 1. */
  phase: number;
  phases: number;
  /** Steps and epochs done before it. */
  step: number;
  epoch: number;
  epochs: number;
  /** Pixels. */
  width: number;
  height: number;
  batchSize: number;
  stepsPerEpoch: number;
  learningRate: number;
  /** Names of the layers that stay as they are. */
  frozen: string[];
}

/** What the network sees of some training images; written once, before the first step. */
export interface InputsEvent {
  kind: 'inputs';
  /** That were looked at. */
  images: number;
  /** Of the normalised values. */
  channels: { name: string; min: number; mean: number; max: number; std: number }[];
}

/** Work before or beside training that has a length. */
export interface ProgressEvent {
  kind: 'progress';
  what: 'scan' | 'statistics' | 'evaluate' | 'export' | IssuesStep;
  done: number;
  /** null: not known yet. */
  total: number | null;
}

export interface StepEvent {
  kind: 'step';
  /** Counts from 1 over the whole run. */
  step: number;
  /** Counts from 1. */
  epoch: number;
  loss: number;
  /** 0–1, over this batch. */
  accuracy: number;
  learningRate: number;
  /** Where the schedule moves it. */
  momentum?: number;
  /** Global L2 norm of the update's gradient before clipping, where the engine measured it. */
  gradientNorm?: number;
  /** Milliseconds: the whole step, and the part of it spent waiting for the loader. */
  ms: number;
  waitMs: number;
  images: number;
}

export interface EpochEvent {
  kind: 'epoch';
  /** Counts from 1. */
  epoch: number;
  /** Steps done when it ended. */
  step: number;
  loss: number;
  accuracy: number;
  validationLoss: number | null;
  validationAccuracy: number | null;
  /** Mean over the classes of recall, and of F1, over the validation images; absent in runs of an older Loupe. */
  balancedAccuracy?: number | null;
  macroF1?: number | null;
  /** Where the weights are averaged, the validation figures are theirs; these are those of the weights themselves. */
  unaveraged?: { validationLoss: number; validationAccuracy: number };
  /** Counts from 1; absent in a run without phases. */
  phase?: number;
  /** Of the validation images, in the order of the classes: images, how many of them were right, images taken for the class. */
  perClass?: [images: number, correct: number, taken: number][];
  seconds: number;
  best: boolean;
}

export interface CheckpointEvent {
  kind: 'checkpoint';
  /** `snapshot`: a model in a folder of its own, which later epochs leave alone. */
  which: 'best' | 'last' | 'snapshot';
  /** Of a snapshot, relative to the run's folder. */
  folder?: string;
  epoch: number;
  step: number;
}

export interface WarningEvent {
  kind: 'warning';
  code: string;
  message: string;
}

/** `count` is the total of this cause so far: a later event of the same cause replaces the earlier one. */
export interface SkippedEvent {
  kind: 'skipped';
  cause: string;
  count: number;
  examples: { path: string; message: string }[];
}

/** What the user's label edits change in the data of the run: numbers of images; written once, where there are any. */
export interface EditsEvent {
  kind: 'edits';
  relabelled: number;
  /** That had no label before. */
  labelled: number;
  /** Left out by the user. */
  excluded: number;
  /** In another split than the source says. */
  resplit: number;
}

/** The run goes on from a saved state: step and epoch events after `step` that came earlier are superseded. */
export interface ResumeEvent {
  kind: 'resume';
  step: number;
  epoch: number;
}

export interface DoneEvent {
  kind: 'done';
  reason: 'completed' | 'early-stopping' | 'stopped';
  epochs: number;
  steps: number;
  seconds: number;
  /** Images trained on, each as often as it came, and their pixels as the network saw them; absent in runs of an older Loupe. */
  cost?: { images: number; pixels: number };
  bestEpoch: number | null;
  metrics: RunMetrics;
}

/** Of the weights that were saved (the best ones); null where there was nothing to measure on. */
export interface RunMetrics {
  validationLoss: number | null;
  validationAccuracy: number | null;
  testLoss: number | null;
  testAccuracy: number | null;
}
