/** What `loupe layers --json` says of a network: its layers that have weights, in its order, and which of them train. */
export interface LayerReport {
  architecture: string;
  /** Classes that the last layer was counted for. */
  classes: number;
  /** Why the data set could not be opened, so that the number of classes is a guess; null: it was. */
  dataProblem: string | null;
  /** Weights in all; batch norm's statistics are not counted. */
  parameters: number;
  groups: ReportedGroup[];
  /** What trains when; one entry where the config has no phases. */
  segments: ReportedSegment[];
  /** What a frozen batch norm normalises by. */
  frozenBatchNorm: 'inference' | 'training';
  /** What the backbone's batch norms normalise by while they train. */
  batchNorm: 'batch' | 'stored';
}

export interface ReportedGroup {
  name: string;
  layers: ReportedLayer[];
}

export interface ReportedLayer {
  name: string;
  /** Its class, e.g. `Conv2D`. */
  kind: string;
  parameters: number;
  head: boolean;
  batchNorm: boolean;
}

export interface ReportedSegment {
  /** Counts from 0; null: the run has no phases. */
  phase: number | null;
  epochs: number;
  /** Patterns in force, `training.freeze` among them. */
  freeze: string[];
  /** Names of the layers that stay as they are. */
  frozen: string[];
  /** Weights that train. */
  trained: number;
}
