import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { jobFiles } from '../../jobs/job.ts';
import { readSummary } from '../../jobs/list.ts';
import { readProvenance } from '../../jobs/read.ts';
import { readRawEvents } from '../../jobs/read-events.ts';
import { isActive } from '../../jobs/status.ts';
import { modelFiles } from '../../models/save.ts';
import { Problem } from '../../problem.ts';
import type { JobEvent } from '../../protocol/events.ts';
import type { RunSummary } from '../../protocol/runs.ts';
import { currentEvents, endOf } from '../current-events.ts';
import { scalarsOf } from '../scalars.ts';

/** The experiment that runs are filed under; any 18 digits will do, as long as they stay the same. */
const EXPERIMENT_ID = '710823465190274365';
const EXPERIMENT_NAME = 'Loupe';
/** MLflow's limit for a parameter's value. */
const LONGEST_PARAMETER = 6000;

/** mlflow.entities.RunStatus */
const status = { running: 1, finished: 3, failed: 4, killed: 5 } as const;

/**
 * Files a run in an MLflow file store (`mlflow ui --backend-store-uri <store>`): parameters, every metric with its steps, tags,
 * and report, config and model as artifacts. A run that is there already is replaced. Layout: MLflow's FileStore.
 * @param store the `mlruns` folder; made where it is missing
 * @throws Problem `not-an-mlflow-store`, `disk-full`, `no-permission`, …
 */
export function exportMlflow(runFolder: string, store: string): { path: string; bytes: number } {
  const run = readSummary(runFolder);
  const experiment = path.join(store, EXPERIMENT_ID);
  const id = createHash('sha256').update(run.id).digest('hex').slice(0, 32);
  const target = path.join(experiment, id);
  const temporary = path.join(experiment, `.${id}.tmp-${randomBytes(4).toString('hex')}`);
  assertStore(store);
  try {
    writeExperiment(experiment);
    writeRun(temporary, { runFolder, run, id, artifacts: path.join(target, 'artifacts') });
    fs.rmSync(target, { recursive: true, force: true });
    fs.renameSync(temporary, target);
    return { path: target, bytes: bytesOf(target) };
  } catch (error) {
    throw fsProblem(error, 'write', target);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

function assertStore(store: string): void {
  const found = fs.statSync(store, { throwIfNoEntry: false });
  if (!found) return;
  const foreign = found.isDirectory()
    ? fs
        .readdirSync(store, { withFileTypes: true })
        .find((entry) => !entry.name.startsWith('.') && !(entry.isDirectory() && isStoreFolder(store, entry.name)))
    : { name: path.basename(store) };
  if (!foreign) return;
  throw new Problem(
    'not-an-mlflow-store',
    `${store} is not an MLflow store: it holds ${foreign.name}.`,
    'Give an mlruns folder, or a new one.',
  );
}

function isStoreFolder(store: string, name: string): boolean {
  return name === 'models' || fs.existsSync(path.join(store, name, 'meta.yaml'));
}

function writeExperiment(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'meta.yaml');
  if (fs.existsSync(file)) return;
  const now = Date.now();
  const meta = {
    artifact_location: pathToFileURL(folder).href,
    creation_time: now,
    experiment_id: EXPERIMENT_ID,
    last_update_time: now,
    lifecycle_stage: 'active',
    name: EXPERIMENT_NAME,
  };
  fs.writeFileSync(file, yaml(meta));
}

interface RunParts {
  runFolder: string;
  run: RunSummary;
  id: string;
  /** Where the artifacts will lie. */
  artifacts: string;
}

function writeRun(folder: string, { runFolder, run, id, artifacts }: RunParts): void {
  const user = os.userInfo().username;
  const events = currentEvents(readRawEvents(runFolder));
  const meta = {
    artifact_uri: pathToFileURL(artifacts).href,
    end_time: run.endedAt ?? endOf(events)?.t ?? null,
    entry_point_name: '',
    experiment_id: EXPERIMENT_ID,
    lifecycle_stage: 'active',
    run_id: id,
    run_name: run.name,
    run_uuid: id,
    source_name: '',
    source_type: 4,
    source_version: '',
    start_time: run.startedAt ?? run.createdAt,
    status: statusOf(run, events),
    tags: [],
    user_id: user,
  };
  write(folder, 'meta.yaml', yaml(meta));
  for (const [name, value] of Object.entries(run.params)) {
    write(folder, `params/${name}`, String(value).slice(0, LONGEST_PARAMETER));
  }
  for (const [name, lines] of metricLines(events)) write(folder, `metrics/${name}`, lines.join(''));
  for (const [name, value] of Object.entries(tagsOf(runFolder, run, user))) write(folder, `tags/${name}`, value);
  copyArtifacts(runFolder, path.join(folder, 'artifacts'));
}

/** A run whose process writes its last lines has ended, but is not yet known to be over. */
function statusOf(run: RunSummary, events: readonly JobEvent[]): number {
  const end = endOf(events);
  if (end) return end.reason === 'stopped' ? status.killed : status.finished;
  if (run.state === 'failed') return status.failed;
  return isActive(run.state) ? status.running : status.killed;
}

/** `<milliseconds> <value> <step>`, a line a point. */
function metricLines(events: readonly JobEvent[]): Map<string, string[]> {
  const metrics = new Map<string, string[]>();
  for (const event of events) {
    const scalars = scalarsOf(event);
    for (const [name, value] of scalars?.values ?? []) {
      const lines = metrics.get(name) ?? [];
      lines.push(`${event.t} ${value} ${scalars?.step}\n`);
      metrics.set(name, lines);
    }
  }
  return metrics;
}

function tagsOf(runFolder: string, run: RunSummary, user: string): Record<string, string> {
  const provenance = readProvenance(runFolder);
  return {
    'mlflow.runName': run.name,
    'mlflow.source.name': 'loupe',
    'mlflow.source.type': 'LOCAL',
    'mlflow.user': user,
    ...(run.note ? { 'mlflow.note.content': run.note } : {}),
    'loupe.run': run.id,
    ...(run.tags.length > 0 ? { 'loupe.tags': run.tags.join(', ') } : {}),
    ...(run.engine ? { 'loupe.engine': run.engine } : {}),
    ...(provenance ? { 'loupe.dataFingerprint': provenance.dataFingerprint } : {}),
  };
}

function copyArtifacts(runFolder: string, target: string): void {
  fs.mkdirSync(target, { recursive: true });
  for (const name of [jobFiles.job, jobFiles.report]) copy(path.join(runFolder, name), path.join(target, name));
  for (const name of Object.values(modelFiles)) {
    copy(path.join(runFolder, jobFiles.model, name), path.join(target, 'model', name));
  }
}

/** Shares the blocks on file systems that can. */
function copy(from: string, to: string): void {
  if (!fs.existsSync(from)) return;
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.copyFileSync(from, to, fs.constants.COPYFILE_FICLONE);
}

function write(folder: string, name: string, text: string): void {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text);
}

/** JSON's scalars are YAML's too. */
function yaml(values: Record<string, string | number | null | never[]>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

function bytesOf(folder: string): number {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + fs.statSync(path.join(entry.parentPath, entry.name)).size, 0);
}
