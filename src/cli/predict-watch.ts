import fs from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { type ImagePrediction, PredictSession, type SessionOptions } from '../evaluation/predict-session.ts';
import { tableFormat, tableHead, tableRows } from '../evaluation/prediction-table.ts';
import { FolderWatch } from '../jobs/folder-watch.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import { Problem } from '../problem.ts';
import { percent, plural } from './format.ts';
import { listenForSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';
import type { VerbResult } from './verb.ts';

const BATCH_SIZE = 32;
const IDLE_MS = 100;

export interface WatchPredictOptions extends SessionOptions {
  topK: number;
  /** A table that grows line by line. */
  out: string | null;
}

/** Classifies what is in the folders, and then what comes into them, until it is interrupted. @throws Problem `not-a-folder` */
export async function watchFolders(
  subject: string,
  folders: readonly string[],
  options: WatchPredictOptions,
  terminal: Terminal,
  json: boolean,
): Promise<VerbResult> {
  for (const folder of folders) {
    if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) continue;
    throw new Problem('not-a-folder', `${folder} is not a folder.`, 'Name the folder to watch.');
  }
  const session = await PredictSession.open(subject, options);
  const signals = listenForSignals(() => undefined);
  const waiting: string[] = [];
  const watches = folders.map(
    (folder) => new FolderWatch(folder, (files) => waiting.push(...files), { existing: true }),
  );
  if (options.out) start(options.out, options.topK);
  terminal.stderr.write(`Watching ${folders.join(', ')} with ${session.info.label}; Ctrl-C ends it.\n`);
  let classified = 0;
  try {
    while (!signals.signal.aborted) {
      const files = waiting.splice(0, BATCH_SIZE);
      if (files.length === 0) {
        await wait(IDLE_MS);
        continue;
      }
      const images = await session.classify(
        files.map((path) => ({ path })),
        options.topK,
      );
      if (options.out) append(options.out, options.topK, images);
      for (const image of images) process.stdout.write(`${json ? JSON.stringify(image) : lineOf(image)}\n`);
      classified += images.filter((image) => 'top' in image).length;
    }
  } finally {
    for (const watch of watches) watch.close();
    signals.close();
    await session.close();
  }
  return { json: { watched: folders, classified }, text: `${plural(classified, 'image')} classified.` };
}

function start(file: string, places: number): void {
  if (fs.existsSync(file)) return;
  write(file, tableHead(tableFormat(file) ?? 'jsonl', places));
}

function append(file: string, places: number, images: readonly ImagePrediction[]): void {
  write(file, tableRows(tableFormat(file) ?? 'jsonl', places, images));
}

function write(file: string, text: string): void {
  try {
    fs.appendFileSync(file, text);
  } catch (error) {
    throw fsProblem(error, 'write', file);
  }
}

function lineOf(image: ImagePrediction): string {
  if (!('top' in image)) return `${image.path}  ${image.skipped}: ${image.message}`;
  return [image.path, ...image.top.map(({ label, probability }) => `${label} ${percent(probability)}`)].join('  ');
}
