import fs from 'node:fs';
import path from 'node:path';
import { issuesOf } from '../../catalogue/issues.ts';
import { labelSummary } from '../../catalogue/label-summary.ts';
import { writePredictions } from '../../evaluation/predictions-file.ts';
import { writeJson } from '../../files.ts';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { issuesFiles } from '../../jobs/issues-job.ts';
import { jobFiles } from '../../jobs/job.ts';
import type { Finding, FindingKind } from '../../protocol/findings.ts';
import type { IssuesReport } from '../../protocol/issues.ts';
import { completeLink } from '../duplicates/complete-link.ts';
import type { DuplicatePair } from '../duplicates/find.ts';
import type { Found } from './run.ts';
import type { Search } from './search.ts';

const PAGE = 1000;
const MOST_PAIRS = 50;

/** Writes `findings.jsonl`, `predictions.jsonl` and `report.json`. @throws Problem `disk-full`, `no-permission` */
export async function listFindings(
  search: Search,
  found: Found,
  { leftOut, started }: { leftOut: number; started: number },
): Promise<void> {
  const { folder, steps } = search;
  const file = path.join(folder, issuesFiles.findings);
  const counts = await steps.run('list', async () => {
    try {
      return { result: writeFindings(search, file), kept: false };
    } catch (error) {
      throw fsProblem(error, 'write', file);
    }
  });
  if (found.labelled && found.probabilities) writeHeldOut(search, found);
  writeJson(path.join(folder, jobFiles.report), reportOf(search, found, { counts, leftOut, started }));
}

/** A page at a time, so that a million findings need no memory; the file is whole or not there. */
function writeFindings({ catalogue, job }: Search, file: string): IssuesReport['counts'] {
  const { kinds, thresholds, mode, score } = job.settings;
  const counts: IssuesReport['counts'] = {};
  const temporary = `${file}.tmp-${process.pid}`;
  const handle = fs.openSync(temporary, 'w');
  try {
    for (const kind of kinds) {
      const common = { type: 'issues', kind, thresholds, query: { text: '' }, mode, score, limit: PAGE } as const;
      for (let offset = 0; ; offset += PAGE) {
        const { total, rows } = issuesOf(catalogue, { ...common, offset });
        counts[kind] = total;
        const lines = rows.map((row): Finding => {
          const evidence = row.suggested === null ? row.evidence : { ...row.evidence, suggested: row.suggested };
          return {
            kind,
            images: row.images.map(({ path: name, hash }) => ({ path: name, hash })),
            score: row.score,
            evidence,
          };
        });
        fs.writeSync(handle, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        if (rows.length === 0 || offset + rows.length >= total) break;
      }
    }
    fs.fsyncSync(handle);
    fs.closeSync(handle);
    fs.renameSync(temporary, file);
    return counts;
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** Probabilities of images by a classifier that has not seen them, in the form in which runs keep theirs. */
function writeHeldOut({ folder, images }: Search, { labelled, probabilities }: Found): void {
  if (!labelled || !probabilities) return;
  const records = Array.from(labelled.positions, (i, at) => {
    const record = images[i]?.record;
    return { ...record, label: labelled.given[at] as number } as NonNullable<typeof record>;
  });
  const predictions = {
    indices: Int32Array.from(records.keys()),
    labels: labelled.given,
    probabilities: probabilities.probabilities,
  };
  const classes = labelled.classes;
  writePredictions(path.join(folder, jobFiles.predictions), [{ split: null, predictions }], {
    images: records,
    classes,
  });
}

function reportOf(
  { catalogue, job, images, data, notes, steps }: Search,
  found: Found,
  { counts, leftOut, started }: { counts: Partial<Record<FindingKind, number>>; leftOut: number; started: number },
): IssuesReport {
  const sizes = new Map<string, number>();
  for (const { effectiveLabel } of images) {
    if (effectiveLabel !== null) sizes.set(effectiveLabel, (sizes.get(effectiveLabel) ?? 0) + 1);
  }
  return {
    version: 1,
    source: job.source,
    fingerprint: data.fingerprint,
    images: images.length,
    leftOut,
    unlabelled: images.filter(({ effectiveLabel }) => effectiveLabel === null).length,
    classes: [...sizes].map(([name, count]) => ({ name, images: count })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    counts,
    network: found.network,
    labels: labelsReport(catalogue, job.settings, found),
    copies: copiesOf(found.pairs),
    leaks: found.leaks,
    map: found.map,
    notes,
    steps: steps.done,
    seconds: Math.round((performance.now() - started) / 10) / 100,
  };
}

function labelsReport(
  catalogue: Search['catalogue'],
  { mode, score, budget }: Search['job']['settings'],
  { labelled, probabilities }: Found,
): IssuesReport['labels'] {
  const summary = probabilities && labelSummary(catalogue, { type: 'labelSummary', mode, score, budget });
  if (!summary || !labelled) return null;
  const classes = labelled.classes.length;
  let agreed = 0;
  labelled.given.forEach((label, at) => {
    const row = probabilities.probabilities.subarray(at * classes, (at + 1) * classes);
    if (row.every((p) => p <= (row[label] as number))) agreed++;
  });
  return {
    how: summary.how,
    images: summary.images,
    agreement: agreed / Math.max(1, labelled.given.length),
    noise: summary.noise,
    errors: Math.round(summary.remaining),
    pairs: summary.pairs.slice(0, MOST_PAIRS),
    review: { budget: summary.expected.budget, errors: Math.round(summary.expected.errors) },
  };
}

function copiesOf(pairs: readonly DuplicatePair[]): IssuesReport['copies'] {
  const groups = completeLink(pairs.map(({ a, b, likeness }) => ({ a, b, similarity: likeness?.correlation ?? 1 })));
  return { groups: groups.length, images: groups.reduce((sum, group) => sum + group.length, 0) };
}
