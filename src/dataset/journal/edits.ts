import { randomBytes } from 'node:crypto';
import type {
  Decision,
  ImageEdit,
  JournalImage,
  JournalLine,
  JournalSplit,
  JournalStamp,
  LineEdit,
} from '../../protocol/journal.ts';

/** What a line says, before it is stamped. */
export type Edit = ((JournalImage & ImageEdit) | LineEdit) & Pick<JournalStamp, 'why'>;

/** Every kind of edit. `subject` says which image; `stampEdits` makes lines of them. */
export const editOf = {
  relabel: (image: JournalImage, from: string, to: string): Edit => ({ ...named(image), edit: 'relabel', from, to }),
  label: (image: JournalImage, to: string): Edit => ({ ...named(image), edit: 'label', to }),
  keep: (image: JournalImage): Edit => ({ ...named(image), edit: 'keep' }),
  exclude: (image: JournalImage): Edit => ({ ...named(image), edit: 'exclude' }),
  delete: (image: JournalImage): Edit => ({ ...named(image), edit: 'delete' }),
  restore: (image: JournalImage): Edit => ({ ...named(image), edit: 'restore' }),
  split: (image: JournalImage, to: JournalSplit): Edit => ({ ...named(image), edit: 'split', to }),
  /** @param other for a pair: hash of the other image; dismiss it on both. */
  dismiss: (image: JournalImage, issue: string, other?: string): Edit => ({
    ...named(image),
    edit: 'dismiss',
    issue,
    ...(other !== undefined && { with: other }),
  }),
  applied: (image: JournalImage, apply: string, to: string | null, splitStays = false): Edit => ({
    ...named(image),
    edit: 'applied',
    apply,
    to,
    ...(splitStays && { splitStays }),
  }),
  undo: ({ id }: Pick<JournalLine, 'id'>): Edit => ({ edit: 'undo', of: id }),
  /** @param line that was undone (not the undo). */
  redo: ({ id }: Pick<JournalLine, 'id'>): Edit => ({ edit: 'redo', of: id }),
};

/** Without whatever else the caller knows of the image. */
function named({ path, hash, was }: JournalImage): JournalImage {
  return { path, hash, ...(was !== undefined && { was }) };
}

/** The image that an edit is about. @param decision what is decided so far, maybe under a path that it no longer has. */
export function subject(image: { path: string; hash: string }, decision?: Pick<Decision, 'path'>): JournalImage {
  const { path, hash } = image;
  return decision && decision.path !== path ? { path, hash, was: decision.path } : { path, hash };
}

export interface StampOptions {
  data: string;
  /** The journal as it is: new lines come after its last one, even where another machine's clock was ahead. */
  after: readonly JournalLine[];
  /** Default: a new one for these edits. */
  batch?: string;
  by?: string;
  /** Milliseconds since 1970. */
  now?: number;
}

/** Makes lines of the edits of one action, in their order. */
export function stampEdits(
  edits: readonly Edit[],
  { data, after, batch, by, now = Date.now() }: StampOptions,
): JournalLine[] {
  let latest = '';
  for (const { at } of after) if (at > latest) latest = at;
  const time = latest ? Math.max(now, Date.parse(latest) + 1) : now;
  const at = new Date(time).toISOString();
  const shared = batch ?? newEditId(time);
  return edits.map((edit) => ({ id: newEditId(time), at, data, ...edit, batch: shared, ...(by && { by }) }));
}

let count = 0;

/**
 * A name for a line that nobody else has: sorts by time, and within a process by the order of the calls.
 * @param now milliseconds since 1970
 */
export function newEditId(now: number = Date.now()): string {
  count = (count + 1) % 36 ** 5;
  return `${now.toString(36).padStart(9, '0')}${count.toString(36).padStart(5, '0')}${randomBytes(6).toString('hex')}`;
}
