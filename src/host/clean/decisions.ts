import { foldJournal } from '../../dataset/journal/fold.ts';
import type { RowEdit } from '../../protocol/catalogue.ts';
import type { FindingKind } from '../../protocol/findings.ts';
import type { Decision, JournalLine } from '../../protocol/journal.ts';

interface Image {
  path: string;
  hash: string;
}

/** What the journal, saved or not, says of the images of one data set. */
export class Decisions {
  readonly all: readonly Decision[];
  readonly #byImage = new Map<string, Decision>();
  readonly #byHash = new Map<string, Decision[]>();
  readonly #byPath = new Map<string, Decision>();

  constructor(lines: readonly JournalLine[], data: string | readonly string[]) {
    this.all = foldJournal(lines, data);
    for (const decision of this.all) {
      this.#byImage.set(keyOf(decision), decision);
      this.#byPath.set(decision.path, decision);
      const same = this.#byHash.get(decision.hash);
      if (same) same.push(decision);
      else this.#byHash.set(decision.hash, [decision]);
    }
  }

  /** Of an image that may have been renamed since; of one that can't be read the catalogue knows no content, only the path. */
  of(image: Image): Decision | null {
    if (!image.hash) return this.#byPath.get(image.path) ?? null;
    const found = this.#byImage.get(keyOf(image));
    if (found) return found;
    const same = this.#byHash.get(image.hash);
    return same?.length === 1 ? (same[0] as Decision) : null;
  }

  editOf(image: Image): RowEdit | null {
    return editIn(this.of(image));
  }

  /** By the path alone, for whoever does not know the content. */
  atPath(path: string): RowEdit | null {
    return editIn(this.#byPath.get(path) ?? null);
  }

  /** Whether a person said that an image has no such issue, of a pair: not with the other image. */
  isDismissed(image: Image, kind: FindingKind, other: Image | null): boolean {
    return (
      this.of(image)?.dismissed.some(
        (entry) => entry.issue === kind && (entry.with === null || entry.with === other?.hash),
      ) ?? false
    );
  }
}

function editIn(decision: Decision | null): RowEdit | null {
  if (!decision) return null;
  const { label, split, excluded, deleted, kept } = decision;
  if (label === null && split === null && !excluded && !deleted && !kept) return null;
  return { label, split, excluded, deleted, kept };
}

function keyOf({ path, hash }: Image): string {
  return `${hash}\0${path}`;
}
