import type { Normalization } from '../images/preprocess.ts';
import type { ModelDescription } from '../models/save.ts';

/** What is exported. */
export interface ExportSource extends ModelDescription {
  /** What the model is called: the run's name. */
  name: string;
  /** Of Loupe. */
  version: string;
}

/**
 * `inside`: the exported model takes pixels 0–255 and normalises them itself. `outside`: it takes normalised numbers, as
 * `preprocess.json` describes them.
 */
export type Preprocessing = 'inside' | 'outside';

/** (pixel / 255 − mean) / std as pixel · scale + offset, per channel. */
export function affineOf({ mean, std }: Normalization): { scale: number[]; offset: number[] } {
  return {
    scale: std.map((one) => 1 / (255 * one)),
    offset: mean.map((one, i) => -one / (std[i] ?? 1)),
  };
}

/** What a format that keeps texts beside a model keeps: enough to use it without the run's folder. */
export function metadataOf({ name, version, labels, preprocess }: ExportSource): Record<string, string> {
  return {
    name,
    labels: JSON.stringify(labels),
    preprocess: JSON.stringify(preprocess),
    generator: `Loupe ${version}`,
  };
}

/** `pixel / 255`, or `(pixel / 255 − mean) / std with mean …, std …` */
export function rangeText({ mean, std }: Normalization): string {
  if (isPlain({ mean, std })) return 'pixel / 255';
  const list = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(6))).join(', ');
  return `(pixel / 255 − mean) / std with mean ${list(mean)} and std ${list(std)}`;
}

/** Pixels from 0 to 1 and nothing else. */
export function isPlain({ mean, std }: Normalization): boolean {
  return mean.every((one) => one === 0) && std.every((one) => one === 1);
}
