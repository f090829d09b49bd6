import fs from 'node:fs';
import { errnoOf } from '../../jobs/fs-problem.ts';
import { checkJournalLine, isImageLine, type JournalLine } from '../../protocol/journal.ts';
import { journalHash } from './hash.ts';

export interface Journal {
  lines: JournalLine[];
  /** Lines that can't be used: torn by a crash, left by a merge, written by a newer version. They stay in the file. */
  bad: { line: number; message: string }[];
  /** Of what all lines together say: equal for two files that say the same. Worked out when it is first asked for. */
  readonly hash: string;
}

/**
 * Reads `labels.jsonl`; a missing file is an empty journal.
 * @throws the file system's own error, except for a missing file
 */
export function readJournal(file: string): Journal {
  const { lines, bad } = parseJournal(textOf(file));
  let hash: string | null = null;
  return {
    lines,
    bad,
    get hash() {
      hash ??= journalHash(lines, [...new Set(lines.filter(isImageLine).map(({ data }) => data))]);
      return hash;
    },
  };
}

/** The lines of a journal's text, those that make no sense apart; lines are numbered from 1. */
export function parseJournal(text: string): Pick<Journal, 'lines' | 'bad'> {
  const lines: JournalLine[] = [];
  const bad: Journal['bad'] = [];
  text.split('\n').forEach((raw, at) => {
    const trimmed = raw.replace(/^\ufeff/, '').trim();
    if (!trimmed) return;
    const checked = checkText(trimmed);
    if ('line' in checked) lines.push(checked.line);
    else bad.push({ line: at + 1, message: checked.message });
  });
  return { lines, bad };
}

function checkText(text: string): ReturnType<typeof checkJournalLine> {
  if (/^(<{7}|={7}|>{7}|\|{7})/.test(text)) return { message: 'a mark of an unfinished merge' };
  try {
    return checkJournalLine(JSON.parse(text));
  } catch {
    return { message: 'no JSON: torn or damaged' };
  }
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return '';
    throw error;
  }
}
