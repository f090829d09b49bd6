import path from 'node:path';
import { ProgressLine } from './progress.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

export const zooVerb: Verb = {
  name: 'zoo',
  usage: '[get <name> | add <name> <file>]',
  summary: 'List pretrained weights that can be had, download some, or take in a file without a network.',
  details: `get downloads from the publisher, or from a mirror, into Loupe's cache, and checks the file; nothing is downloaded unless asked.
A config uses them by name: "model": {"architecture": "resnet18", "weights": "resnet18"}.`,
  positionals: { min: 0, max: 3, missing: '' },
  options: {
    mirror: {
      type: 'string',
      value: '<address>',
      help: "In place of the publisher's address; default: LOUPE_ZOO_MIRROR.",
    },
  },
  run: zooVerbs,
};

async function zooVerbs(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const [what, name, file] = input.positionals;
  if (what === undefined) return list(terminal);
  if ((what !== 'get' && what !== 'add') || name === undefined || (what === 'add') !== (file !== undefined)) {
    throw new UsageError('That is not what the zoo can do.', 'Usage: loupe zoo [get <name> | add <name> <file>]');
  }
  const { addToStore, zooEntry } = await import('../models/zoo/store.ts');
  const entry = zooEntry(name);
  if (file !== undefined) {
    const stored = addToStore(entry, path.resolve(file));
    return { json: { name, file: stored }, text: `${name} is in ${stored}.` };
  }
  const { downloadWeights } = await import('../models/zoo/download.ts');
  const line = new ProgressLine(terminal);
  const json = terminal.progress === 'json';
  try {
    const stored = await downloadWeights(entry, {
      mirror: textOf(input, 'mirror'),
      onProgress: (done, total) => {
        const mebibytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
        const text = total === null ? `${mebibytes(done)} MiB` : `${mebibytes(done)} / ${mebibytes(total)} MiB`;
        line.report({ what: json ? 'download' : `Downloading ${name}`, done, total, text });
      },
    });
    line.end();
    return { json: { name, file: stored }, text: `${name} is in ${stored}.` };
  } finally {
    line.end();
  }
}

async function list(terminal: Terminal): Promise<VerbResult> {
  const { isInStore, zooFile, zooFolder } = await import('../models/zoo/store.ts');
  const { zoo } = await import('../models/zoo/table.ts');
  const entries = zoo.map((entry) => ({ ...entry, file: isInStore(entry) ? zooFile(entry) : null }));
  const rows = entries.map(({ name, task, top1, side, mebibytes, file }) => [
    name,
    task,
    `${top1.toFixed(1)}%`,
    `${side} px`,
    `${mebibytes.toFixed(1)} MiB`,
    file ? terminal.out.green('here') : '',
  ]);
  const titles = [
    { title: 'NAME' },
    { title: 'TRAINED ON' },
    { title: 'TOP-1', align: 'right' as const },
    { title: 'SIZE', align: 'right' as const },
    { title: 'DOWNLOAD', align: 'right' as const },
    { title: '' },
  ];
  return { json: { folder: zooFolder(), entries }, text: renderTable(titles, rows) };
}
