import type { CleanAct } from '../../protocol/clean-panel.ts';

/** An act as the Edit menu calls it: `Relabel 3 images to tulip`. @param count images or rows that it changes */
export function actLabel(act: CleanAct, count: number): string {
  const images = count === 1 ? 'image' : `${count} images`;
  switch (act.do) {
    case 'keep':
      return `Keep ${images}`;
    case 'relabel':
      return count === 1 ? `Relabel to ${act.to}` : `Relabel ${images} to ${act.to}`;
    case 'exclude':
      return `Exclude ${images}`;
    case 'delete':
      return `Delete ${images} at apply`;
    case 'restore':
      return `Restore ${images}`;
    case 'dismiss':
      return count === 1 ? 'Not an issue' : `Not an issue: ${images}`;
  }
}

/** The same once it is done, for the line that is read aloud. */
export function actDone(act: CleanAct, count: number): string {
  const images = count === 1 ? '1 image' : `${count.toLocaleString('en-US')} images`;
  switch (act.do) {
    case 'keep':
      return `Kept ${images}.`;
    case 'relabel':
      return `Relabelled ${images} to ${act.to}.`;
    case 'exclude':
      return `Excluded ${images}.`;
    case 'delete':
      return `${images} will go into the trash when the edits are applied.`;
    case 'restore':
      return `Restored ${images}.`;
    case 'dismiss':
      return `Marked ${count === 1 ? 'it' : images} as no issue.`;
  }
}
