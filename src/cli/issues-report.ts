import fs from 'node:fs';
import path from 'node:path';
import { IssuesTracker, issuesFiles, readIssuesReport } from '../jobs/issues-job.ts';
import { type Finding, type FindingKind, WEAK_AGREEMENT } from '../protocol/findings.ts';
import type { IssuesReport } from '../protocol/issues.ts';
import type { JobOutcome } from '../training/job-session.ts';
import { count, duration, fromHere, percent, plural } from './format.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import type { VerbResult } from './verb.ts';

const EXAMPLES = 3;
const SHOWN_PAIRS = 6;

/** What became of a search, for people and for programs. */
export function describeSearch(folder: string, outcome: JobOutcome, colors: Style): VerbResult {
  const report = outcome === 'done' ? readIssuesReport(folder) : null;
  if (!report) {
    const { message, advice, state } = new IssuesTracker(folder).refreshWithEvents().summary;
    const goOn = `Go on with: loupe issues ${fromHere(folder)}`;
    const text = state === 'failed' ? `${message ?? 'The search failed.'}\n${advice ?? ''}`.trim() : `Stopped. ${goOn}`;
    return { json: { folder, outcome, message, advice }, text, exitCode: 1 };
  }
  const findings = readFindings(path.join(folder, issuesFiles.findings));
  return {
    json: { folder, outcome, report, issues: findings },
    text: textOf(folder, report, findings, colors),
  };
}

function readFindings(file: string): Finding[] {
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  return lines.filter(Boolean).map((line) => JSON.parse(line) as Finding);
}

function textOf(folder: string, report: IssuesReport, findings: readonly Finding[], colors: Style): string {
  const { images, classes, seconds, leftOut } = report;
  const out = leftOut > 0 ? `, ${count(leftOut)} left out by your edits` : '';
  const parts = [
    `${plural(images, 'image')} of ${plural(classes.length, 'class', 'classes')}${out}; looked at in ${duration(seconds)}.`,
    kindsText(report, findings, colors),
    ...(report.labels ? [labelsText(report.labels)] : []),
    ...report.leaks.map(leakText),
    ...report.notes.map((note) => colors.dim(note)),
    nextText(folder, report),
  ];
  return parts.filter(Boolean).join('\n\n');
}

function kindsText({ counts }: IssuesReport, findings: readonly Finding[], colors: Style): string {
  const found = Object.entries(counts).filter(([, number]) => number > 0) as [FindingKind, number][];
  if (found.length === 0) return colors.green('Nothing suspicious was found.');
  const rows = found.map(([kind, number]) => [colors.bold(kind), count(number), examplesOf(findings, kind)]);
  return renderTable([{ title: 'issue' }, { title: 'found', align: 'right' }, { title: 'worst' }], rows);
}

function examplesOf(findings: readonly Finding[], kind: FindingKind): string {
  const own = findings.filter((finding) => finding.kind === kind).slice(0, EXAMPLES);
  return own.map(exampleText).join('; ');
}

/** `train/cat/1.png (cat → dog 97.1%)`, `a.png = b.png`, `brightness gives away sea`. */
function exampleText({ kind, images, evidence }: Finding): string {
  const names = images.map((image) => image.path);
  switch (kind) {
    case 'label':
      return `${names[0]} (${evidence.given} → ${evidence.predicted} ${percent(Number(evidence.confidence))})`;
    case 'exact-duplicate':
      return names.join(' = ');
    case 'near-duplicate':
    case 'conflicting-labels':
    case 'split-leak':
      return names.join(' ~ ');
    case 'spurious-correlation':
      return evidence.class === undefined
        ? `${evidence.field} alone tells classes: ${percent(Number(evidence.accuracy))}, chance ${percent(Number(evidence.chance))}`
        : `${evidence.field} gives away ${evidence.class} (recall ${percent(Number(evidence.recall))})`;
    case 'rare-class':
      return `${evidence.class} (${evidence.count} images)`;
    case 'class-imbalance':
      return `${evidence.largest} ${evidence.largestCount} : ${evidence.smallest} ${evidence.smallestCount}`;
    default:
      return names[0] ?? '';
  }
}

function labelsText({ how, agreement, noise, errors, pairs, review }: NonNullable<IssuesReport['labels']>): string {
  const lines = [
    `Labels, judged by a ${how} (it agrees with ${percent(agreement)} of them): about ${percent(noise)} are wrong, ${count(errors)} of them not yet decided.`,
    ...(agreement < WEAK_AGREEMENT
      ? ['So few that it may be too weak to judge: pretrained weights (--weights, or loupe zoo get) judge better.']
      : []),
    `Review the worst ${count(review.budget)}: about ${plural(review.errors, 'wrong label')} expected.`,
  ];
  const worst = pairs
    .slice(0, SHOWN_PAIRS)
    .map(({ given, actual, count: number, share }) => [given, actual, count(number), percent(share)]);
  if (worst.length > 0) {
    const columns = [
      { title: 'labelled' },
      { title: 'really' },
      { title: 'about', align: 'right' as const },
      { title: 'of the label', align: 'right' as const },
    ];
    lines.push(renderTable(columns, worst));
  }
  return lines.join('\n');
}

function leakText({ split, from, images, accuracy, accuracyWithout }: IssuesReport['leaks'][number]): string {
  const effect =
    accuracy === null || accuracyWithout === null
      ? ''
      : ` A probe that learnt on ${from} is right on ${percent(accuracy)} of ${split}, and on ${percent(accuracyWithout)} without them.`;
  return `${plural(images, 'image')} of ${split} ${images === 1 ? 'has' : 'have'} a copy in ${from}.${effect}`;
}

function nextText(folder: string, { counts }: IssuesReport): string {
  const where = fromHere(folder);
  const next = [
    (counts['split-leak'] ?? 0) > 0 && 'take leaked images out of one of their splits before you trust the accuracy',
    (counts['conflicting-labels'] ?? 0) > 0 && 'decide which label of the conflicting copies is right',
    (counts.label ?? 0) > 0 && 'review the label issues, the worst first, in the cleaning panel',
  ].filter(Boolean);
  const advice = next.length > 0 ? `Next: ${next.join('; ')}.\n` : '';
  return `${advice}All of it: ${where}${path.sep}${issuesFiles.findings}`;
}
