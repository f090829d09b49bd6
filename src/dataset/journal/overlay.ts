import fs from 'node:fs';
import path from 'node:path';
import { type Decision, isImageLine } from '../../protocol/journal.ts';
import { foldJournal } from './fold.ts';
import { journalDataName, journalFileOf } from './folder.ts';
import { journalHash } from './hash.ts';
import { type Journal, readJournal } from './read.ts';

/** What a journal decides about one data set. */
export interface JournalOverlay {
  /** Absolute path of the journal. */
  file: string;
  /** `journalHash`. */
  hash: string;
  decisions: Decision[];
  /** Lines of the journal that can't be used. */
  bad: Journal['bad'];
}

/** A folder that holds one of these is that manifest (`resolveSource`), so that both names stand for the same data set. */
const FOUND_IN_FOLDER = ['manifest.csv', 'manifest.jsonl', 'manifest.tsv'];

/**
 * The journal of a data set: that of the workspace, else of the nearest folder above the source; the first that says something about it.
 * @param source folder or file of the data set
 * @param workspace where the user works (`workspaceOfJob` knows it of a job); null: not known; default: the current folder
 * @returns null: there is no journal
 */
export function readOverlay(source: string, workspace: string | null = process.cwd()): JournalOverlay | null {
  const absolute = path.resolve(source);
  let first: JournalOverlay | null = null;
  for (const folder of new Set([...(workspace === null ? [] : [path.resolve(workspace)]), ...foldersAbove(absolute)])) {
    const file = journalFileOf(folder);
    if (!fs.existsSync(file)) continue;
    const { lines, bad } = readJournal(file);
    const names = journalDataNames(folder, absolute);
    const overlay = { file, hash: journalHash(lines, names), decisions: foldJournal(lines, names), bad };
    if (lines.some((line) => isImageLine(line) && names.includes(line.data))) return overlay;
    first ??= overlay;
  }
  return first;
}

/** `<workspace>` of a job folder `<workspace>/.loupe/<kind>/<id>`; null where it lies elsewhere. */
export function workspaceOfJob(folder: string): string | null {
  const loupe = path.resolve(folder, '..', '..');
  return path.basename(loupe) === '.loupe' ? path.dirname(loupe) : null;
}

/** The names that a journal may know a data set by. @param source absolute */
export function journalDataNames(workspace: string, source: string): string[] {
  const isFound = FOUND_IN_FOLDER.includes(path.basename(source));
  const others = isFound ? [path.dirname(source)] : FOUND_IN_FOLDER.map((name) => path.join(source, name));
  return [source, ...others].map((place) => journalDataName(workspace, place));
}

/** `place` and all folders above it, nearest first. */
function foldersAbove(place: string): string[] {
  const folders = [place];
  for (let at = place; path.dirname(at) !== at; at = path.dirname(at)) folders.push(path.dirname(at));
  return folders;
}
