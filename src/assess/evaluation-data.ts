import fs from 'node:fs';
import path from 'node:path';
import { readOverlay, workspaceOfJob } from '../dataset/journal/overlay.ts';
import { openDataSet } from '../dataset/open.ts';
import type { DataSet, ImageRecord, ScanProgress, SplitName } from '../dataset/types.ts';
import type { PredictorSpec } from '../evaluation/predictor/spec.ts';
import { jobFiles } from '../jobs/job.ts';
import { isRunFolder, readJob } from '../jobs/read.ts';
import { Problem } from '../problem.ts';
import type { EvaluationTarget, UsedReport } from '../protocol/evaluation.ts';
import { openRunData } from '../training/run-data.ts';
import { readSplit } from '../training/split-file.ts';

/** Labelled images of which a classifier knows the classes. */
export interface EvaluationData {
  root: string;
  /** Labels are positions in the classifier's labels. */
  images: ImageRecord[];
  split: SplitName | null;
  source: string;
  fingerprint: string;
  skipped: DataSet['skipped'];
  unknownClasses: UsedReport['unknownClasses'];
  /** Contents that a member was trained on; null: not known. */
  trained: ReadonlySet<string> | null;
  notes: string[];
}

export interface DataOptions {
  onProgress?: (progress: ScanProgress) => void;
  signal?: AbortSignal;
}

/**
 * The images that an evaluation is about. Classes are matched by name; images of others are left out and told.
 * @throws Problem `no-split` (a predictor of nothing that was trained here), `empty-split`, `no-known-class`, and of `openDataSet`
 */
export async function openEvaluationData(
  spec: PredictorSpec,
  labels: readonly string[],
  target: EvaluationTarget,
  options: DataOptions = {},
): Promise<EvaluationData> {
  const runs = runsOf(spec);
  const opened =
    target.kind === 'split'
      ? await openSplit(spec.name, runs, target.split, options)
      : await openFolder(target.source, runs, options);
  const { images, unknownClasses } = matchLabels(opened.images, opened.classes, labels);
  if (images.length === 0) {
    const names = unknownClasses.slice(0, 5).map(({ name }) => `"${name}"`);
    throw new Problem(
      'no-known-class',
      `${opened.source} has no image of a class that ${spec.name} knows; its classes: ${names.join(', ')}.`,
      `The model knows ${labels.slice(0, 5).join(', ')}${labels.length > 5 ? ' …' : ''}: name the folders or labels like that.`,
    );
  }
  return { ...opened, images, unknownClasses, trained: trainedHashes(runs) };
}

/** Folders of the runs that a predictor is made of, those that are still there. */
export function runsOf(spec: PredictorSpec): string[] {
  const folders = [...spec.members, ...(spec.averagedFrom ?? [])].map(({ folder }) => folder);
  return [...new Set(folders)].filter((folder) => isRunFolder(folder));
}

type Opened = Omit<EvaluationData, 'unknownClasses' | 'trained'> & { classes: string[] };

async function openSplit(name: string, runs: string[], split: SplitName, options: DataOptions): Promise<Opened> {
  const [run] = runs;
  if (!run) {
    throw new Problem(
      'no-split',
      `Nothing is known of the images that ${name} was trained on: no run that it was made of is here.`,
      `Evaluate it on a folder of images: loupe evaluate ${name} <folder>.`,
    );
  }
  const job = readJob(run);
  const data = await openRunData(run, job, options);
  const positions = data.split[split];
  if (positions.length === 0) {
    const filled = (['validation', 'test', 'train'] as const).filter((name) => data.split[name].length > 0);
    throw new Problem(
      'empty-split',
      `The run has no ${split} images.`,
      `Evaluate ${filled.map((name) => `--split ${name}`).join(' or ')}, or a folder.`,
    );
  }
  return {
    root: data.root,
    classes: data.classes,
    images: Array.from(positions, (at) => data.images[at] as ImageRecord),
    split,
    source: path.resolve(job.base, job.config.data.source),
    fingerprint: data.fingerprint,
    skipped: data.skipped,
    notes: [
      ...(data.changed ? [data.changed] : []),
      ...(split === 'train'
        ? ['These are images that the model was trained on: its figures say nothing about new ones.']
        : []),
      ...(runs.length > 1
        ? [`The split is that of ${path.basename(run)}; other members may have been trained on these images.`]
        : []),
    ],
  };
}

async function openFolder(source: string, [run]: string[], options: DataOptions): Promise<Opened> {
  const journal = readOverlay(source, run === undefined ? null : workspaceOfJob(run));
  const data = await openDataSet(source, { purpose: 'evaluate', journal, ...options });
  return {
    root: data.root,
    classes: data.classes,
    images: data.images,
    split: null,
    source: path.resolve(source),
    fingerprint: data.fingerprint,
    skipped: data.skipped,
    notes: data.warnings.map(({ message }) => message),
  };
}

function matchLabels(
  images: ImageRecord[],
  classes: readonly string[],
  labels: readonly string[],
): { images: ImageRecord[]; unknownClasses: UsedReport['unknownClasses'] } {
  const positions = classes.map((name) => labels.indexOf(name));
  const known: ImageRecord[] = [];
  const unknown = new Map<string, number>();
  for (const image of images) {
    const label = positions[image.label] as number;
    if (label >= 0) known.push({ ...image, label });
    else {
      const name = classes[image.label] as string;
      unknown.set(name, (unknown.get(name) ?? 0) + 1);
    }
  }
  return { images: known, unknownClasses: [...unknown].map(([name, count]) => ({ name, images: count })) };
}

function trainedHashes(runs: readonly string[]): Set<string> | null {
  const hashes = new Set<string>();
  let known = false;
  for (const run of runs) {
    const file = path.join(run, jobFiles.split);
    if (!fs.existsSync(file)) continue;
    known = true;
    for (const { hash, split } of readSplit(file)?.lines ?? []) if (split === 'train') hashes.add(hash);
  }
  return known ? hashes : null;
}
