/** A run as trees, panels, the CLI and queries see it; derived from its folder, never stored. */
export type RunState =
  | 'queued'
  | 'starting'
  | 'running'
  | 'stopping'
  | 'done'
  | 'stopped'
  | 'failed'
  | 'interrupted'
  | 'cancelled';

export interface RunSummary {
  id: string;
  /** Absolute folder. */
  folder: string;
  /** The user's name for it, else the config's, else the id. */
  name: string;
  note: string;
  tags: string[];
  starred: boolean;
  state: RunState;
  /** For `failed`: what happened and what to do next. */
  message: string | null;
  advice: string | null;
  /** Milliseconds since 1970. */
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  architecture: string;
  /** What the run does beyond plain training, e.g. `Label smoothing 0.1`. */
  tricks: string[];
  engine: string | null;
  device: string | null;
  /** Where the run is: counted from 1, 0 before the first. */
  epoch: number;
  epochs: number;
  step: number;
  steps: number | null;
  loss: number | null;
  accuracy: number | null;
  /** Of the best epoch so far. */
  bestEpoch: number | null;
  validationLoss: number | null;
  validationAccuracy: number | null;
  testAccuracy: number | null;
  imagesPerSecond: number | null;
  /** There is a state to go on from. */
  resumable: boolean;
  /** There is a saved model to predict with. */
  hasModel: boolean;
  /** Dotted path → value of the config, for queries and comparison. */
  params: Record<string, string | number | boolean>;
}
