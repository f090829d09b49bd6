import fs from 'node:fs';
import path from 'node:path';
import { readFinderSummary } from '../jobs/finder-tracker.ts';
import { jobFiles } from '../jobs/job.ts';
import { writeSetting } from '../jobs/write-setting.ts';
import { type FinderSummary, type LrFinderReport, suggestionMethods } from '../protocol/lr-finder.ts';
import { figure, fromHere } from './format.ts';
import { rateText } from './lr-find-progress.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import type { VerbResult } from './verb.ts';

/** The last word of `loupe lr-find`: the rate or why there is none, what each method and seed says, the curve. */
export function describeFinder(
  folder: string,
  outcome: 'done' | 'stopped' | 'failed',
  { write, colors }: { write: boolean; colors: Style },
): VerbResult {
  const finder = readFinderSummary(folder);
  if (outcome === 'failed') {
    const message = finder.message ?? 'Looking for the learning rate failed.';
    const advice = finder.advice ?? '';
    return {
      json: { error: { code: 'lr-find-failed', message, advice }, finder },
      text: [`${colors.red('Failed')} ${message}`, ...(advice ? [advice] : [])].join('\n'),
      exitCode: 1,
    };
  }
  const report = readReport(folder);
  if (!report) return { json: { outcome, finder, report }, text: 'Stopped before the first point.' };
  const { verdict } = report;
  const written = write && verdict.usable ? writeRate(finder, verdict.rate) : null;
  const lines = [
    verdict.usable
      ? `${colors.green(`Learning rate ${rateText(verdict.rate)}`)}, confidence ${verdict.confidence}: ${verdict.message}`
      : `${colors.yellow('No usable valley')}: ${verdict.message}`,
    verdict.advice,
    '',
    suggestionTable(report),
    '',
    ...curveLines(report),
    ...(written ? [`Written into ${fromHere(written)}.`] : verdict.usable ? [next(finder, verdict.rate)] : []),
  ];
  return { json: { outcome, finder, report, written }, text: lines.join('\n') };
}

function next({ origin }: FinderSummary, rate: number): string {
  const set = `--set training.learningRate=${rateText(rate)}`;
  if (origin.kind === 'config') return `To train with it: loupe train ${fromHere(origin.path)} ${set}`;
  if (origin.kind === 'data') return `To train with it: loupe train ${fromHere(origin.path)} ${set}`;
  return 'To train with it: duplicate the run with this training.learningRate.';
}

function writeRate({ origin }: FinderSummary, rate: number): string {
  writeSetting(origin.path, ['training', 'learningRate'], rate);
  return origin.path;
}

function suggestionTable({ suggestions, sweeps }: LrFinderReport): string {
  const columns = [
    { title: 'method' },
    { title: 'median', align: 'right' as const },
    ...sweeps.map(({ seed }) => ({ title: `seed ${seed}`, align: 'right' as const })),
  ];
  const rows = suggestionMethods.map((method) => [
    method,
    rateText(suggestions[method]?.median ?? null),
    ...sweeps.map((sweep) => rateText(sweep.suggestions[method] ?? null)),
  ]);
  return renderTable(columns, rows);
}

const blocks = [...'▁▂▃▄▅▆▇█'];

/** The median curve in one line of blocks, cut at twice the fall above its start, with its ends in words. */
function curveLines({ band }: LrFinderReport): string[] {
  const { rates, median } = band;
  if (median.length < 2) return [];
  const low = Math.min(...median);
  const start = median[0] as number;
  const high = Math.max(start, low) + (start - low || 1) / 2;
  const line = median.map((value) => {
    const share = (Math.min(value, high) - low) / (high - low);
    return blocks[Math.round(share * (blocks.length - 1))];
  });
  return [
    line.join(''),
    `rate ${rateText(rates[0] ?? null)} … ${rateText(rates.at(-1) ?? null)}, smoothed loss ${figure(start)} at first, ${figure(low)} at best`,
    '',
  ];
}

function readReport(folder: string): LrFinderReport | null {
  const file = path.join(folder, jobFiles.report);
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as LrFinderReport) : null;
}
