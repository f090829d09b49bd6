import fs from 'node:fs';
import path from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { jobFiles } from '../jobs/job.ts';
import { readSummary } from '../jobs/list.ts';
import { readModel } from '../models/save.ts';
import { Problem } from '../problem.ts';
import { startPlainBackend } from './backend.ts';
import { renderCard } from './card/card.ts';
import { readCardFacts } from './card/facts.ts';
import { writeRunCard } from './card/write.ts';
import type { ExportFile } from './files.ts';
import { type ExportFormat, type FormatInfo, formatNamed, type ModelFormat, suggestedName } from './formats.ts';
import { exportMlflow } from './mlflow/export.ts';
import type { ExportSource, Preprocessing } from './source.ts';
import { assertWritable, writeExportFile, writeExportFolder } from './target.ts';
import { temper, temperatureOf } from './temperature.ts';
import { exportTensorBoard } from './tensorboard/export.ts';

export interface ExportOptions {
  format: ExportFormat;
  /** File or folder; default: in the run's `export/`, where an earlier export is replaced. */
  out?: string;
  /** Default: inside, where the format can. */
  preprocessing?: Preprocessing;
  /** Replace what is there. */
  force?: boolean;
  /** With the temperature that is kept beside the model, as `loupe predict` applies it; default true. */
  calibrated?: boolean;
}

export interface ExportResult {
  format: ExportFormat;
  /** Absolute. */
  path: string;
  /** The model card beside it; null: there is none. */
  card: string | null;
  /** Of a model. */
  preprocessing: Preprocessing | null;
  /** That its probabilities are tempered with; null: none. */
  temperature: number | null;
  /** Of everything written, the card left out. */
  bytes: number;
}

/**
 * Writes a run's model, log or card in a format that others read. The best weights are exported, as `loupe predict` uses them.
 * @throws Problem `no-model`, `bad-model`, `exists`, `not-an-export`, `layer-not-exportable`, `layer-not-supported`,
 * `preprocessing-not-possible`, `disk-full`, `no-permission`, …
 */
export async function exportRun(runFolder: string, options: ExportOptions): Promise<ExportResult> {
  const info = formatNamed(options.format) as FormatInfo;
  const preprocessing = preprocessingOf(info, options.preprocessing);
  const { name } = readSummary(runFolder);
  const own = path.join(runFolder, jobFiles.exports, suggestedName(name, info));
  const target = path.resolve(options.out ?? own);
  const force = options.force === true || options.out === undefined;
  const plain = { format: options.format, card: null, preprocessing: null, temperature: null };
  if (options.format === 'card' && options.out === undefined) {
    const card = writeRunCard(runFolder);
    return { ...plain, path: card, card, bytes: fs.statSync(card).size };
  }
  assertOutsideRun(target, runFolder);
  // A store of several runs is added to, not replaced.
  const folder = info.extension === null;
  if (options.format !== 'mlflow') assertWritable(target, { folder, force });
  switch (options.format) {
    case 'card': {
      const text = renderCard(readCardFacts(runFolder), null);
      writeExportFile(target, text);
      return { ...plain, path: target, card: target, bytes: Buffer.byteLength(text) };
    }
    case 'tensorboard':
      return { ...plain, ...exportTensorBoard(runFolder, target) };
    case 'mlflow':
      return { ...plain, ...exportMlflow(runFolder, target) };
    default:
      return await exportModel(runFolder, {
        ...{ format: options.format, name, target, preprocessing, folder },
        temperature: options.calibrated === false ? null : temperatureOf(runFolder),
      });
  }
}

async function exportModel(
  runFolder: string,
  options: {
    format: ModelFormat;
    name: string;
    target: string;
    preprocessing: Preprocessing;
    folder: boolean;
    temperature: number | null;
  },
): Promise<ExportResult> {
  const { format, name, target, preprocessing, folder, temperature } = options;
  await startPlainBackend();
  const description = await readModel(path.join(runFolder, jobFiles.model));
  try {
    const source: ExportSource = { ...description, name, version: manifest.version };
    if (temperature !== null) temper(description.model, temperature);
    const exported = { format, preprocessing, temperature, name: path.basename(target) };
    const card = renderCard(readCardFacts(runFolder), exported);
    const result = { format, path: target, preprocessing, temperature };
    const written = await convert(source, format, preprocessing);
    if (!folder) {
      const [{ data }] = written as [ExportFile];
      writeExportFile(target, data);
      writeExportFile(`${target}.md`, card);
      return { ...result, card: `${target}.md`, bytes: Buffer.byteLength(data) };
    }
    writeExportFolder(target, [...written, { name: 'README.md', data: card }]);
    const bytes = written.reduce((total, { data }) => total + Buffer.byteLength(data), 0);
    return { ...result, card: path.join(target, 'README.md'), bytes };
  } finally {
    description.model.dispose();
  }
}

/** Each format's code is loaded when it is asked for. A format of one file gives one. */
async function convert(source: ExportSource, format: ModelFormat, preprocessing: Preprocessing): Promise<ExportFile[]> {
  switch (format) {
    case 'onnx':
      return [{ name: 'model.onnx', data: (await import('./onnx/onnx.ts')).toOnnx(source, preprocessing) }];
    case 'keras':
      return [
        { name: 'model.keras', data: (await import('./keras/keras.ts')).toKeras(source, preprocessing, Date.now()) },
      ];
    case 'savedmodel':
      return (await import('./tensorflow/saved-model.ts')).toSavedModel(source, preprocessing);
    case 'tfjs-graph':
      return (await import('./tensorflow/graph-model.ts')).toGraphModel(source, preprocessing);
    case 'tfjs':
      return (await import('./tfjs.ts')).toLayersModel(source);
  }
}

function preprocessingOf({ label, preprocesses }: FormatInfo, wanted: Preprocessing | undefined): Preprocessing {
  if (wanted !== 'inside' || preprocesses) return wanted ?? (preprocesses ? 'inside' : 'outside');
  throw new Problem(
    'preprocessing-not-possible',
    `A ${label} can't hold the preprocessing.`,
    'Leave --preprocess out, or export a tfjs-graph, which can.',
  );
}

/** The run's own files are not written over, whatever was forced. */
function assertOutsideRun(target: string, runFolder: string): void {
  const relative = path.relative(path.resolve(runFolder), target);
  const inside = relative === '' || (!relative.startsWith('..') && !path.isAbsolute(relative));
  if (!inside || relative.split(path.sep)[0] === jobFiles.exports) return;
  throw new Problem(
    'inside-run',
    `${target} is inside the run's own folder.`,
    'Choose a path outside, or leave --out away: the export then goes to export/ in the run.',
  );
}
