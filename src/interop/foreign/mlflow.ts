import fs from 'node:fs';
import path from 'node:path';
import type { ParamValue } from '../../protocol/compare.ts';
import type { RunState } from '../../protocol/runs.ts';
import { flatYaml } from './flat-yaml.ts';
import { type ForeignRun, foreignRun, type ScalarPoint } from './foreign-run.ts';

/** Of MLflow's file store, as written and as numbers of its enum. */
const states: Record<string, RunState> = {
  '1': 'running',
  '3': 'done',
  '4': 'failed',
  '5': 'stopped',
  RUNNING: 'running',
  FINISHED: 'done',
  FAILED: 'failed',
  KILLED: 'stopped',
};

/** A run folder of an `mlruns` folder: `meta.yaml` beside `params` and `metrics`. */
export function isMlflow(names: readonly string[]): boolean {
  return names.includes('meta.yaml') && names.includes('metrics') && names.includes('params');
}

/** `metrics/<name>` holds lines of "milliseconds value step", `params/<name>` and `tags/<name>` a value. */
export function readMlflow(folder: string): ForeignRun {
  const meta = flatYaml(fs.readFileSync(path.join(folder, 'meta.yaml'), 'utf8'));
  const tags = readTexts(path.join(folder, 'tags'));
  const scalars = new Map<string, ScalarPoint[]>();
  for (const [name, text] of readTexts(path.join(folder, 'metrics')))
    scalars.set(name, text.split('\n').flatMap(pointOf));
  const name = tags.get('mlflow.runName') || String(meta.run_name ?? '') || path.basename(folder);
  const params = [...readTexts(path.join(folder, 'params'))].map(([key, text]): [string, ParamValue] => [
    key,
    typed(text),
  ]);
  return foreignRun({
    folder,
    name,
    tool: 'MLflow',
    scalars,
    params: Object.fromEntries(params),
    state: states[String(meta.status ?? '')] ?? 'done',
    note: tags.get('mlflow.note.content') ?? '',
    tags: [...tags.keys()].filter((tag) => !tag.startsWith('mlflow.')),
    createdAt: Number(meta.start_time) || fs.statSync(folder).mtimeMs,
  });
}

function pointOf(line: string): ScalarPoint[] {
  const [milliseconds, value, step] = line.trim().split(/\s+/).map(Number);
  if (milliseconds === undefined || value === undefined || Number.isNaN(value)) return [];
  return [{ wallTime: milliseconds / 1000, value, step: step ?? Number.NaN, epoch: Number.NaN }];
}

/** Every file below a folder: its path in there (a metric may be named `val/loss`), and its text. */
function readTexts(folder: string): Map<string, string> {
  if (!fs.existsSync(folder)) return new Map();
  const entries = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    entries.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      return [path.relative(folder, file).replaceAll(path.sep, '/'), fs.readFileSync(file, 'utf8').trim()];
    }),
  );
}

/** MLflow keeps every parameter as text. */
export function typed(text: string): ParamValue {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
