import fs from 'node:fs';
import path from 'node:path';
import { jobFiles } from '../jobs/job.ts';
import { readSummary } from '../jobs/list.ts';
import { readRawEvents } from '../jobs/read-events.ts';
import type { RunSummary } from '../protocol/runs.ts';
import type { RunReport } from '../training/report.ts';
import { count, duration, figure, fromHere, percent } from './format.ts';
import type { Style } from './style.ts';
import type { VerbResult } from './verb.ts';

/** The last word of `loupe train`: the figures, where the model is, and what to type next. */
export function describeOutcome(folder: string, outcome: 'done' | 'stopped' | 'failed', colors: Style): VerbResult {
  const run = readSummary(folder);
  const model = run.hasModel ? path.join(run.folder, jobFiles.model) : null;
  if (outcome === 'failed') {
    const message = run.message ?? 'The training failed.';
    const advice = run.advice ?? '';
    return {
      json: { error: { code: 'run-failed', message, advice }, run, model },
      text: [`${colors.red('Failed')} ${run.name}: ${message}`, ...(advice ? [advice] : []), goOn(run)].join('\n'),
      exitCode: 1,
    };
  }
  const seconds = readRawEvents(folder).findLast((event) => event.kind === 'done')?.seconds ?? null;
  return { json: { outcome, run, model, seconds }, text: success(outcome, run, { model, seconds }, colors) };
}

/** @param seconds of training, over all its sessions; null where it did not come to that */
function success(
  outcome: 'done' | 'stopped',
  run: RunSummary,
  { model, seconds }: { model: string | null; seconds: number | null },
  colors: Style,
): string {
  const title = outcome === 'done' ? colors.green('Done') : colors.yellow('Stopped');
  const lines = [
    `${title} ${colors.bold(run.name)}, epoch ${run.epoch} of ${run.epochs}${seconds === null ? '' : `, ${duration(seconds)} of training`}`,
  ];
  if (run.validationAccuracy !== null) {
    const best = run.bestEpoch === null ? '' : `, epoch ${run.bestEpoch}`;
    lines.push(`  validation accuracy ${percent(run.validationAccuracy)}, loss ${figure(run.validationLoss)}${best}`);
  }
  if (run.testAccuracy !== null) lines.push(`  test accuracy ${percent(run.testAccuracy)}`);
  lines.push(...weakestClasses(run.folder), ...phaseLines(run.folder));
  if (run.tricks.length > 0) lines.push(`  tricks: ${run.tricks.join(', ')}`);
  if (model) lines.push(`  model ${fromHere(model)}`);
  lines.push(
    outcome === 'done' && model ? `Next: loupe predict ${fromHere(run.folder)} <images or folder>` : goOn(run),
  );
  return lines.join('\n');
}

/** Classes that a reader's eye should fall on, where the run was measured. */
const NAMED_CLASSES = 3;

function weakestClasses(folder: string): string[] {
  const report = readReport(folder);
  const split = report?.test ?? report?.validation;
  if (!report || !split || report.classes.length <= 2) return [];
  const classes = split.perClass
    .map(({ recall }, i) => ({ name: report.classes[i] ?? '', recall }))
    .filter((row): row is { name: string; recall: number } => row.recall !== null)
    .sort((a, b) => a.recall - b.recall)
    .slice(0, NAMED_CLASSES);
  return [`  weakest classes: ${classes.map(({ name, recall }) => `${name} ${percent(recall)}`).join(', ')}`];
}

function phaseLines(folder: string): string[] {
  return (readReport(folder)?.phases ?? []).map(({ width, height, seconds, images }, i) => {
    return `  phase ${i + 1}: ${width} × ${height} pixels, ${count(images)} images, ${duration(seconds)}`;
  });
}

/** Null where the run has not come to one. */
function readReport(folder: string): RunReport | null {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, jobFiles.report), 'utf8')) as RunReport;
  } catch {
    return null;
  }
}

function goOn(run: RunSummary): string {
  return `To go on: loupe train ${fromHere(run.folder)}`;
}
