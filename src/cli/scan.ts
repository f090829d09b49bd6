import { ProgressLine } from './progress.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const formats = ['auto', 'folder', 'manifest', 'idx'] as const;

export const scanVerb: Verb = {
  name: 'scan',
  usage: '<folder | manifest | idx file>',
  summary: 'Look through a data set: classes, splits, sizes, formats, and what is skipped and why.',
  details:
    'Nothing is changed. Label edits (.loupe/labels.jsonl) count as made. Files that were looked at before and did not change are not read again.',
  positionals: { min: 1, max: 1, missing: 'Which data set?' },
  options: {
    format: { type: 'string', value: '<auto|folder|manifest|idx>', help: 'What the source is; default: found out.' },
    'group-pattern': {
      type: 'string',
      value: '<regexp>',
      help: "Over an image's path; its first group names what must stay on one side of a split.",
    },
  },
  run: scan,
};

async function scan(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const given = textOf(input, 'format') ?? 'auto';
  const format = formats.find((name) => name === given);
  if (!format) throw new UsageError(`--format can't be "${given}".`, `Use one of ${formats.join(', ')}.`);
  const { openDataSet } = await import('../dataset/open.ts');
  const { readOverlay } = await import('../dataset/journal/overlay.ts');
  const { describeScan, reportScan } = await import('./scan-report.ts');
  const line = new ProgressLine(terminal);
  const started = performance.now();
  try {
    const data = await openDataSet(input.positionals[0] as string, {
      format,
      groupPattern: textOf(input, 'group-pattern'),
      journal: readOverlay(input.positionals[0] as string),
      onProgress: ({ seen, total, read }) =>
        line.report({ what: terminal.progress === 'json' ? 'scan' : 'Scanning', done: seen, total, fields: { read } }),
    });
    line.end();
    const report = reportScan(data, (performance.now() - started) / 1000);
    return { json: report, text: describeScan(report, terminal.out) };
  } finally {
    line.end();
  }
}
