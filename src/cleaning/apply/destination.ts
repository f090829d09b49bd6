import { isUnlabelledFolder } from '../../dataset/folder-source.ts';
import type { SourceImages } from '../../dataset/list-images.ts';
import { splitNamed } from '../../dataset/listing.ts';
import type { SplitName } from '../../dataset/types.ts';

/** Where an image goes in its folder, or why nowhere. */
export type Destination = { to: string } | { code: string; message: string };

const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * The path of an image of an image folder once it is of another class or split: the same file name, below the same folders, in the class's
 * folder in the split's.
 * @param wanted null: as it is
 */
export function destinationOf(
  image: { path: string; className: string | null; split: SplitName | null },
  wanted: { label: string | null; split: SplitName | null },
  { splitFolders }: Pick<SourceImages, 'splitFolders'>,
): Destination {
  const label = wanted.label ?? image.className;
  if (label === null) return { code: 'no-label', message: 'The image has no label, so that no folder is its own.' };
  const parts = image.path.split('/');
  const splitFolder = splitFolders?.has(parts[0] as string) ? (parts.shift() as string) : null;
  if (image.className !== null || isUnlabelledFolder(parts[0] as string)) parts.shift();
  if (splitFolders === null) {
    const message = 'The folders of this data set stand for no splits; the choice stays in the journal.';
    if (wanted.label === null) return { code: 'no-split-folders', message };
    return folderFault(label, true) ?? { to: [label, ...parts].join('/') };
  }
  const target = splitFolderOf(splitFolders, wanted.split ?? image.split ?? 'train', splitFolder);
  return folderFault(label, false) ?? { to: [target, label, ...parts].join('/') };
}

/** The folder that is there for a split; the one that the image is in where that fits; a new one of the split's name where there is none. */
function splitFolderOf(folders: ReadonlyMap<string, SplitName>, split: SplitName, current: string | null): string {
  if (current !== null && folders.get(current) === split) return current;
  return [...folders].find(([, name]) => name === split)?.[0] ?? split;
}

function folderFault(label: string, isTop: boolean): { code: string; message: string } | null {
  const isName =
    !/[/\\<>:"|?*\0]/.test(label) && !/^\.|[. ]$/.test(label) && !RESERVED.test(label) && label === label.trim();
  if (!isName) return { code: 'bad-folder-name', message: `"${label}" can't be the name of a folder everywhere.` };
  if (isTop && (splitNamed(label) || isUnlabelledFolder(label))) {
    return { code: 'bad-folder-name', message: `A folder "${label}" would not be read as a class.` };
  }
  return null;
}
