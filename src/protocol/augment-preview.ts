/** What `loupe augment-preview --serve` and the preview panel say to each other: JSON lines, each with the id of its request. */
export interface PreviewRequest {
  id: number;
  /** Settings of the config's sections `augment` and `input`; what is left out has its default. */
  augment: Record<string, unknown>;
  input: Record<string, unknown>;
  /** Images to show, from all classes. */
  images: number;
  /** Epochs to show, and the first one, counted from 0. */
  draws: number;
  roll: number;
}

export interface PreviewPicture {
  /** PNG, base64. */
  png: string;
  /** Share of each class in the label; null: the image's own alone. */
  shares: { className: string; share: number }[] | null;
}

export interface PreviewRow {
  /** Relative to the data set. */
  path: string;
  label: string;
  original: string;
  draws: PreviewPicture[];
  /** What the network sees of the original: PNG, base64, each channel stretched to the range of all images. */
  tensor: string;
  min: number;
  mean: number;
  max: number;
}

export interface ChannelFigures {
  name: string;
  min: number;
  mean: number;
  max: number;
  std: number;
}

export interface PreviewAnswer {
  id: number;
  rows: PreviewRow[];
  /** What augmentation does, an operation a text. */
  augmentation: string[];
  width: number;
  height: number;
  inputs: { images: number; channels: ChannelFigures[]; findings: { code: string; message: string }[] };
  /** Milliseconds from request to answer. */
  ms: number;
}

export interface PreviewFailure {
  /** null: the process can't go on. */
  id: number | null;
  error: { code: string; message: string; advice: string };
}

export type PreviewLine =
  | { ready: { name: string; root: string; classes: string[]; images: number } }
  | PreviewAnswer
  | PreviewFailure;

/** How often one operation changes what a model says. */
export interface OperationSafety {
  /** Section of the config, e.g. `flip.horizontal`, `rotate`; `all`: everything together. */
  operation: string;
  text: string;
  /** Share of the draws with another predicted class than the image as it is, 0–1. */
  changed: number;
  perClass: { className: string; images: number; changed: number; noise: number; flagged: boolean }[];
  /** In one class at least, or over all. */
  flagged: boolean;
}

/** What `loupe augment-check --json` answers. */
export interface LabelSafetyReport {
  /** Folder of the run whose model was asked. */
  model: string;
  /** `held-out`: images that the model was not trained on; `all`: of the whole data set. */
  from: 'held-out' | 'all';
  images: number;
  draws: number;
  /** Change beyond the noise that is put up with, 0–1. */
  tolerance: number;
  /** Share of predictions that change when nothing that matters does: a shift by a pixel and noise of two levels. */
  noise: number;
  /** Share of the images that the model gets right as they are. */
  accuracy: number;
  operations: OperationSafety[];
}
