import fs from 'node:fs';
import path from 'node:path';
import { writeJson } from '../files.ts';
import type { DataReport, DataReportSummary } from '../protocol/baseline.ts';
import { createTimedFolder } from './create.ts';
import { errnoOf, fsProblem } from './fs-problem.ts';
import { jobFiles } from './job.ts';
import { readKeptReport } from './kept-report.ts';
import { isRecord } from './record.ts';

const VERSION = 1;

/** Where reports on data sets are kept below a workspace or the current folder. */
export function dataReportsFolder(folder: string): string {
  return path.join(path.resolve(folder), '.loupe', 'baselines');
}

/**
 * Keeps a report in a folder of its own, and returns that folder.
 * @throws Problem `disk-full`, `no-permission`
 */
export function keepDataReport(parent: string, report: Omit<DataReport, 'version' | 'id' | 'createdAt'>): string {
  const now = new Date();
  const { id, folder } = createTimedFolder(parent, path.basename(report.source), now);
  const whole: DataReport = { version: VERSION, id, createdAt: now.toISOString(), ...report };
  try {
    writeJson(path.join(folder, jobFiles.report), whole);
    return folder;
  } catch (error) {
    fs.rmSync(folder, { recursive: true, force: true });
    throw fsProblem(error, 'write', folder);
  }
}

/**
 * Folders of reports, oldest first: they are named by time. None where there is no such folder.
 * @throws Problem `no-permission`
 */
export function reportFolders(parent: string): string[] {
  try {
    return fs
      .readdirSync(parent)
      .map((name) => path.join(parent, name))
      .filter((folder) => fs.existsSync(path.join(folder, jobFiles.report)))
      .sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return [];
    throw fsProblem(error, 'list', parent);
  }
}

/** @throws Problem `bad-report`; what the file system says */
export function readDataReport(folder: string): DataReport {
  return readKeptReport(folder, { isReport: isDataReport, what: 'report on a data set' });
}

export function summaryOf(report: DataReport): DataReportSummary {
  const { id, kind, createdAt, images, network, baseline, algorithms } = report;
  const best = algorithms?.algorithms[0];
  return {
    id,
    kind,
    createdAt: Date.parse(createdAt),
    images,
    network: network?.name ?? null,
    side: network?.width ?? null,
    probe: baseline?.probe.accuracy ?? null,
    neighbours: baseline?.neighbours.accuracy ?? null,
    best: best ? { title: best.title, accuracy: best.accuracy } : null,
  };
}

/** What is shown of a report is there; its figures are trusted, being ours. */
function isDataReport(value: unknown): value is DataReport {
  if (!isRecord(value) || value.version !== VERSION) return false;
  const { source, root, createdAt, classes, skipped, network, baseline, algorithms, plan } = value;
  return (
    [source, root, createdAt].every((one) => typeof one === 'string') &&
    [classes, skipped].every(Array.isArray) &&
    [network, baseline, algorithms, plan].every((one) => one === null || isRecord(one)) &&
    (!isRecord(baseline) || (isRecord(baseline.probe) && Array.isArray(baseline.perClass))) &&
    (!isRecord(algorithms) || Array.isArray(algorithms.algorithms)) &&
    (!isRecord(plan) || Array.isArray(plan.reasons))
  );
}
