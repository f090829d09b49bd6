import fs from 'node:fs';
import path from 'node:path';
import { parseCsv } from '../../dataset/csv.ts';
import { flatten, isRecord } from '../../jobs/record.ts';
import { flatYaml } from './flat-yaml.ts';
import { type ForeignRun, foreignRun, type ScalarPoint } from './foreign-run.ts';

/** A folder of DVCLive, or one whose `dvc.yaml` stands beside a `metrics.json`. */
export function isDvc(names: readonly string[]): boolean {
  return (
    names.includes('metrics.json') &&
    (names.includes('dvc.yaml') || names.includes('plots') || names.includes('params.yaml'))
  );
}

/** `metrics.json`, `params.yaml`, and a curve a file in `plots/metrics` (TSV of step and value). */
export function readDvc(folder: string, name: string): ForeignRun {
  const scalars = new Map<string, ScalarPoint[]>();
  const plots = path.join(folder, 'plots', 'metrics');
  if (fs.existsSync(plots)) {
    for (const file of fs.readdirSync(plots, { recursive: true, encoding: 'utf8' })) {
      if (file.endsWith('.tsv'))
        scalars.set(file.slice(0, -'.tsv'.length).replaceAll(path.sep, '/'), readPlot(path.join(plots, file)));
    }
  }
  for (const [key, value] of Object.entries(readMetrics(path.join(folder, 'metrics.json')))) {
    const metric = key.replaceAll('.', '/');
    if (typeof value !== 'number' || scalars.has(metric) || metric === 'step') continue;
    scalars.set(metric, [{ step: Number.NaN, epoch: Number.NaN, wallTime: Number.NaN, value }]);
  }
  const params = ['params.yaml', path.join('..', 'params.yaml')]
    .map((file) => path.join(folder, file))
    .find((file) => fs.existsSync(file));
  return foreignRun({
    folder,
    name,
    tool: 'DVC',
    scalars,
    params: params ? flatYaml(fs.readFileSync(params, 'utf8')) : {},
    createdAt: fs.statSync(path.join(folder, 'metrics.json')).mtimeMs,
  });
}

function readMetrics(file: string): Record<string, unknown> {
  const value: unknown = JSON.parse(fs.readFileSync(file, 'utf8'));
  return isRecord(value) ? flatten(value) : {};
}

function readPlot(file: string): ScalarPoint[] {
  const [header, ...rows] = parseCsv(fs.readFileSync(file, 'utf8'), '\t');
  const stepAt = header?.fields.indexOf('step') ?? -1;
  const valueAt = (header?.fields.length ?? 1) - 1;
  return rows.map(({ fields }) => ({
    step: Number(fields[stepAt]),
    epoch: Number.NaN,
    wallTime: Number.NaN,
    value: Number(fields[valueAt]),
  }));
}
