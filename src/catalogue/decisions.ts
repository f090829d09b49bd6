import { foldJournal } from '../dataset/journal/fold.ts';
import { journalFileOf } from '../dataset/journal/folder.ts';
import { journalHash } from '../dataset/journal/hash.ts';
import { journalDataNames } from '../dataset/journal/overlay.ts';
import { placeDecisions } from '../dataset/journal/place.ts';
import { readJournal } from '../dataset/journal/read.ts';
import type { JournalLine } from '../protocol/journal.ts';
import type { Catalogue } from './catalogue.ts';
import { findingKey } from './finding-key.ts';

/** What the journal says of the images of a catalogue. */
export interface Decisions {
  /** Of what the journal says and of the images it is said of. */
  hash: string;
  edits: {
    image: number;
    label: string | null;
    split: string | null;
    excluded: boolean;
    deleted: boolean;
    kept: boolean;
  }[];
  /** Keys of findings that are no issue. */
  dismissed: string[];
  /** Decisions about images that are not there any more, or can't be told apart. */
  unplaced: number;
}

export interface JournalPlace {
  /** Absolute folder that holds `.loupe`. */
  workspace: string;
  /** Absolute folder or file of the data set. */
  source: string;
}

/**
 * @param pending lines that count as if they were in the journal
 * @throws the file system's own error where there is a journal that can't be read
 */
export function readDecisions(
  catalogue: Catalogue,
  place: JournalPlace,
  pending: readonly JournalLine[] = [],
): Decisions {
  const lines = [...readJournal(journalFileOf(place.workspace)).lines, ...pending];
  const names = journalDataNames(place.workspace, place.source);
  const decisions = foldJournal(lines, names);
  const images = imagesConcerned(catalogue, decisions);
  const placed = placeDecisions(decisions, images);
  const edits: Decisions['edits'] = [];
  const dismissed: string[] = [];
  for (const [at, decision] of placed.byImage) {
    const { id, hash } = images[at] as { id: number; hash: string };
    const { label, split, excluded, deleted, kept } = decision;
    if (label !== null || split !== null || excluded || deleted || kept) {
      edits.push({ image: id, label, split, excluded, deleted, kept });
    }
    for (const { issue, with: other } of decision.dismissed) {
      dismissed.push(findingKey(issue, other === null ? [hash] : [hash, other]));
    }
  }
  const unplaced = placed.changed.length + placed.gone.length + placed.ambiguous.length;
  return { hash: `${names[0]}:${journalHash(lines, names)}:${catalogue.contents}`, edits, dismissed, unplaced };
}

/** Lines of the data set, for the history of an image. */
export function journalLines({ workspace, source }: JournalPlace): { lines: JournalLine[]; names: string[] } {
  return { lines: readJournal(journalFileOf(workspace)).lines, names: journalDataNames(workspace, source) };
}

/** Images that have the path or the content of a decision: all that `placeDecisions` has to choose from. */
function imagesConcerned(
  catalogue: Catalogue,
  decisions: readonly { path: string; hash: string }[],
): { id: number; path: string; hash: string }[] {
  const paths = JSON.stringify(decisions.map(({ path }) => path));
  const hashes = JSON.stringify(decisions.map(({ hash }) => hash));
  return catalogue.all(
    `SELECT id, path, hash FROM images
     WHERE path IN (SELECT value FROM json_each(?)) OR hash IN (SELECT value FROM json_each(?)) ORDER BY id`,
    paths,
    hashes,
  ) as unknown as { id: number; path: string; hash: string }[];
}
