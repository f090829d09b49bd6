import { modelFiles } from '../models/save.ts';
import type { ExportSource } from './source.ts';

/** One file of an export. */
export interface ExportFile {
  /** Relative to the export's folder, with `/`. */
  name: string;
  data: Uint8Array | string;
}

/** `labels.json` and `preprocess.json`, as a run's model folder has them. */
export function contractFiles({ labels, preprocess }: Pick<ExportSource, 'labels' | 'preprocess'>): ExportFile[] {
  return [
    { name: modelFiles.labels, data: json(labels) },
    { name: modelFiles.preprocess, data: json(preprocess) },
  ];
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
