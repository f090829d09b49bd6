import { plural } from './format.ts';

/** What the user's label edits change in a data set, in a sentence. Numbers of images. */
export function editsText(edits: { relabelled: number; labelled: number; excluded: number; resplit: number }): string {
  const parts = [
    edits.relabelled && `${plural(edits.relabelled, 'image')} relabelled`,
    edits.labelled && `${plural(edits.labelled, 'image')} newly labelled`,
    edits.excluded && `${plural(edits.excluded, 'image')} excluded by you`,
    edits.resplit && `${plural(edits.resplit, 'image')} in another split`,
  ].filter((part) => typeof part === 'string');
  return `Your edits: ${parts.length > 0 ? parts.join(', ') : 'none that changes the data'}.`;
}
