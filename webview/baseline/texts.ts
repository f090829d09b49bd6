import type { DataReport, DataReportSummary, Share } from '../../src/protocol/baseline.ts';
import { count, percent, plural } from '../ui/format.ts';

/** `87.1% – 91.2%`. */
export function interval({ low, high }: Share): string {
  return `${percent(low)} – ${percent(high)}`;
}

/** What a report is of, in a few words. */
export function kindText(kind: DataReport['kind']): string {
  return { baseline: 'Baseline', algorithms: 'Algorithms', start: 'First run' }[kind];
}

/** `mobilenet-v2 · 128 px`, `no network`. */
export function networkText({ network, side }: Pick<DataReportSummary, 'network' | 'side'>): string {
  if (network === null) return 'no network';
  return side === null ? network : `${network} · ${side} px`;
}

export function timeText(createdAt: number): string {
  const language = document.documentElement.lang || 'en';
  return new Date(createdAt).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
}

/** Bytes as `950 B`, `42 kB`, `1.3 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1e3) return `${count(bytes)} B`;
  return bytes < 1e6 ? `${count(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** What the figures say to someone who has trained nothing yet, in two or three sentences; empty where nothing was measured. */
export function verdictText({ baseline, network, classes }: DataReport): string {
  if (!baseline) return '';
  const { probe, neighbours, hard } = baseline;
  const best = Math.max(probe.accuracy.value, neighbours.accuracy.value);
  const chance = 1 / Math.max(1, classes.length);
  const said = `Before any training ${percent(best)} of ${plural(baseline.images, 'image')} are recognised by what ${network?.name ?? 'the network'} already knows (chance: ${percent(chance, 0)}).`;
  const worth =
    probe.accuracy.low <= chance
      ? ' That is no better than guessing: look at the labels first, or take another network.'
      : ' Fine-tuning should do better.';
  const few = hard.length > 0 ? ` ${plural(hard.length, 'class', 'classes')} will be hard.` : '';
  return said + worth + few;
}
