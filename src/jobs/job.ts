import type { RunConfig } from '../training/config.ts';

export const JOB_SCHEMA_VERSION = 1;

/** `job.json`: what to do. Written by whoever creates the job (host or CLI), never by the process that does it. */
export interface Job {
  schemaVersion: number;
  verb: 'train';
  /** Folder name under `.loupe/runs`. */
  id: string;
  /** ISO 8601. */
  createdAt: string;
  config: RunConfig;
  /** Absolute folder against which `config.data.source` is resolved. */
  base: string;
  /** "Continue for N more epochs": each adds a fresh pass of the schedule over its own epochs. */
  continuations: { epochs: number; at: string }[];
  /** ISO 8601. The user asked to go on with a stopped, failed or interrupted run; it is queued until a process starts. */
  resumeRequestedAt?: string;
  /** Set when the run was made from another one. */
  duplicateOf?: string;
}

/** `provenance.json`: what the run really used. Written by the job process once data and engine are known. */
export interface Provenance {
  dataFingerprint: string;
  /** File of the pretrained weights, and its SHA-256 (null: it could not be read); null: none. Absent in runs of earlier versions. */
  weights?: { file: string; sha256: string | null } | null;
  /** SHA-256 of what the label journal says about the data set, or null where none was applied. */
  labelJournalHash: string | null;
  /** What that changed: numbers of images. Absent in runs of earlier versions, and where no journal was applied. */
  labelEdits?: { relabelled: number; labelled: number; excluded: number; resplit: number; notApplied: number };
  versions: Record<string, string>;
  engine: { name: string; label: string; device: string };
  platform: string;
}

/** `meta.json`: what the user says of a run. Written by the host or CLI only. */
export interface RunMeta {
  name?: string;
  note?: string;
  tags?: string[];
  starred?: boolean;
}

/** Names of everything in a job folder. */
export const jobFiles = {
  job: 'job.json',
  meta: 'meta.json',
  provenance: 'provenance.json',
  events: 'events.jsonl',
  /** Its presence asks the process to stop at the next step. */
  stop: 'stop',
  lock: 'lock.json',
  /** Where the config leaves the batch size open: what was found. */
  batchSize: 'batch-size.json',
  log: 'log.txt',
  state: 'state',
  lastState: 'state/last.safetensors',
  bestState: 'state/best.safetensors',
  model: 'model',
  /** A folder a snapshot, each as `model/` with a `snapshot.json`. */
  snapshots: 'snapshots',
  split: 'split.jsonl',
  /** What the label journal said when the run was split; a resume goes by this. */
  decisions: 'decisions.json',
  predictions: 'predictions.jsonl',
  report: 'report.json',
  /** TensorBoard event files. */
  tensorboard: 'tensorboard',
  /** Models written for others. */
  exports: 'export',
} as const;
