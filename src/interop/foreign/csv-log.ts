import fs from 'node:fs';
import path from 'node:path';
import { parseCsv, sniffDelimiter } from '../../dataset/csv.ts';
import { flatYaml } from './flat-yaml.ts';
import { type ForeignRun, foreignRun, type ScalarPoint } from './foreign-run.ts';

/** Lightning's `CSVLogger` names its file so; Keras' takes any name. */
const LIGHTNING = 'metrics.csv';

/** The CSV logs of a folder: a first line with `epoch` (or `step`) and a figure of training. */
export function csvLogs(folder: string, names: readonly string[]): string[] {
  return names.filter((name) => /\.(csv|log)$/i.test(name) && isLog(path.join(folder, name)));
}

function isLog(file: string): boolean {
  try {
    const handle = fs.openSync(file, 'r');
    try {
      const start = Buffer.alloc(4096);
      const length = fs.readSync(handle, start);
      const text = start.toString('utf8', 0, length);
      const fields = parseCsv(text.split(/\r?\n/, 1)[0] ?? '', sniffDelimiter(text))[0]?.fields ?? [];
      const has = (pattern: RegExp) => fields.some((field) => pattern.test(field.trim()));
      return has(/^(epoch|step)$/i) && has(/loss|acc/i);
    } finally {
      fs.closeSync(handle);
    }
  } catch {
    return false;
  }
}

/**
 * Keras' `CSVLogger` (one line an epoch, counted from 0) and Lightning's `metrics.csv` (a line a step, most cells empty; settings in
 * `hparams.yaml` beside it).
 */
export function readCsvLog(folder: string, file: string, name: string): ForeignRun {
  const full = path.join(folder, file);
  const text = fs.readFileSync(full, 'utf8');
  const [header, ...rows] = parseCsv(text, sniffDelimiter(text));
  const names = header?.fields.map((field) => field.trim()) ?? [];
  const isLightning = file === LIGHTNING;
  const [epochAt, stepAt] = ['epoch', 'step'].map((key) => names.findIndex((field) => field.toLowerCase() === key)) as [
    number,
    number,
  ];
  const scalars = new Map<string, ScalarPoint[]>();
  for (const { fields } of rows) {
    const epoch = numberIn(fields[epochAt]) + 1;
    const step = numberIn(fields[stepAt]);
    for (const [at, key] of names.entries()) {
      const value = numberIn(fields[at]);
      if (at === epochAt || at === stepAt || Number.isNaN(value)) continue;
      const points = scalars.get(key) ?? [];
      scalars.set(key, points);
      points.push({ step, epoch, wallTime: Number.NaN, value });
    }
  }
  const settings = path.join(folder, 'hparams.yaml');
  return foreignRun({
    folder: full,
    name,
    tool: isLightning ? 'Lightning' : 'Keras CSV',
    scalars,
    params: isLightning && fs.existsSync(settings) ? flatYaml(fs.readFileSync(settings, 'utf8')) : {},
    createdAt: fs.statSync(full).mtimeMs,
  });
}

function numberIn(text: string | undefined): number {
  return text === undefined || text.trim() === '' ? Number.NaN : Number(text);
}
