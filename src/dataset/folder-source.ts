import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';
import { byCodeUnit, type ListedImage, type Listing, splitNamed } from './listing.ts';
import { PathStore } from './path-store.ts';
import { SkipList } from './skip-list.ts';
import type { DataSetWarning, SplitName } from './types.ts';

/** A folder of this name beside the class folders holds images that nobody has labelled yet. */
const UNLABELLED = /^unlabell?ed$/i;

/** True for the name of a folder whose images have no label yet. */
export function isUnlabelledFolder(name: string): boolean {
  return UNLABELLED.test(name);
}

const NEVER_ENTERED = new Set(['__MACOSX', '@eaDir', '$RECYCLE.BIN', 'System Volume Information']);

/** Entries of a folder that are read in one go. */
const ENTRIES_AHEAD = 512;

/** How the folders right under the root are to be read. */
interface Layout {
  /** Folders whose own folders are the classes, or null where the root's folders are. */
  splits: Map<string, SplitName> | null;
  ignored: string[];
}

export interface ListOptions {
  /** Images without a class are wanted too: those in `unlabelled/`, and those that lie above the class folders. */
  unlabelled?: boolean | undefined;
  /** A folder without class folders is not refused: its images may get a class from elsewhere. */
  mayLackClasses?: boolean | undefined;
}

/**
 * Lists an image folder: `class/…`, or `train|val|valid|validation|test/class/…`, nested to any depth below the class.
 * Hidden folders are not entered. A folder behind a symbolic link is read once; a link back to a folder that is
 * read already is listed as `symlink-loop`.
 * @throws Problem when the folder can't be read or has no class folders (unless images may lack one).
 */
export async function listFolder(
  root: string,
  { unlabelled = false, mayLackClasses = false }: ListOptions = {},
): Promise<Listing> {
  const store = await PathStore.create();
  try {
    const skips = new SkipList();
    const walk: Walk = {
      folders: [],
      skips,
      addFile: (path) => store.add({ path, className: null, split: null, group: null, noLabel: null, line: null }),
    };
    walkFolder(root, walk);
    const layout = layoutOf(walk.folders);
    const mayBeBare = (unlabelled || mayLackClasses) && store.count > 0;
    const classes = new Set<string>();
    for (const folder of walk.folders) {
      const place = placeOf(`${folder}/`, layout);
      if (place?.className) classes.add(place.className);
    }
    if (classes.size === 0 && !mayBeBare) throw noClassFolders(root, store.count);
    return {
      count: store.count,
      *images() {
        for (const chunk of store.chunks())
          yield chunk.flatMap(({ path }) => listedImage(path, layout, unlabelled) ?? []);
      },
      skips,
      warnings: layout.ignored.map(ignoredFolder),
      declaredClasses: [...classes].sort(byCodeUnit),
      splitFolders: layout.splits,
      close: () => store.close(),
    };
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Null: the file is no part of the set. */
function listedImage(file: string, layout: Layout, unlabelled: boolean): ListedImage | null {
  const place = placeOf(file, layout);
  if (!place) return null;
  const { className, split } = place;
  if (className !== '') return { path: file, className, split, group: null, noLabel: null };
  if (!unlabelled && isSideFile(file)) return null;
  return { path: file, className: null, split, group: null, noLabel: 'The file lies in no class folder' };
}

function ignoredFolder(folder: string): DataSetWarning {
  return {
    code: 'ignored-folder',
    message: `The folder "${folder}" lies beside train and is none of train, validation, test: it is not read.`,
  };
}

/** Files that lie beside images everywhere: when their content is no image, nobody needs to hear of it. */
export function isSideFile(file: string): boolean {
  const name = file.slice(file.lastIndexOf('/') + 1);
  return (
    name.startsWith('.') ||
    /^(thumbs\.db|desktop\.ini|readme|licen[cs]e)$/i.test(name) ||
    /\.(txt|md|rst|html?|csv|tsv|jsonl?|xml|ya?ml|pdf|py|ipynb|sha256|md5)$/i.test(name)
  );
}

/** Folders directly under the root that hold images, and folders below split folders, decide which layout it is. */
function layoutOf(folders: string[]): Layout {
  const top = folders.filter((folder) => !folder.includes('/') && !isUnlabelledFolder(folder));
  const splits = new Map<string, SplitName>();
  for (const folder of top) {
    const split = splitNamed(folder);
    if (split) splits.set(folder, split);
  }
  const ignored = top.filter((folder) => !splits.has(folder));
  const kinds = new Set(splits.values());
  const trainHasClasses = folders.some((folder) => {
    const [first, second] = folder.split('/');
    return second !== undefined && splitNamed(first as string) === 'train';
  });
  const isSplit = splits.size > 0 && (ignored.length === 0 || (kinds.size > 1 && trainHasClasses));
  const anyNested = folders.some((folder) => folder.includes('/') && splitNamed(folder.split('/')[0] as string));
  return isSplit && anyNested ? { splits, ignored } : { splits: null, ignored: [] };
}

interface Place {
  /** Empty: the file lies above the class folders, or among the unlabelled. */
  className: string;
  split: SplitName | null;
}

/** The class and split of a file; null: not part of the set. */
function placeOf(file: string, layout: Layout): Place | null {
  const parts = file.split('/');
  const [first = '', second = ''] = parts;
  if (parts.length > 1 && isUnlabelledFolder(first)) return { className: '', split: null };
  if (!layout.splits) return { className: parts.length > 1 ? first : '', split: null };
  if (parts.length === 1) return { className: '', split: null };
  const split = layout.splits.get(first);
  return split ? { className: parts.length > 2 ? second : '', split } : null;
}

/** What a walk comes by. */
interface Walk {
  folders: string[];
  skips: SkipList;
  addFile(path: string): void;
}

/** All files and folders below `root`, real folders first, then what symbolic links lead to. */
function walkFolder(root: string, walk: Walk): void {
  const realRoot = fs.realpathSync(root);
  const visited = new Set<string>();
  const links: string[] = [];

  const enter = (folder: string, real: string): void => {
    const pending = [{ folder, real }];
    for (let next = pending.pop(); next; next = pending.pop()) {
      const here = next;
      if (visited.has(here.real)) {
        walk.skips.add('symlink-loop', here.folder, 'The folder was read already');
        continue;
      }
      visited.add(here.real);
      if (here.folder) walk.folders.push(here.folder);
      for (const entry of readFolder(root, here.folder, walk)) {
        const relative = here.folder ? `${here.folder}/${entry.name}` : entry.name;
        if (entry.isFile()) {
          if (!entry.name.startsWith('.')) walk.addFile(relative);
        } else if (entry.isDirectory()) {
          if (isEntered(entry.name)) pending.push({ folder: relative, real: path.join(here.real, entry.name) });
        } else if (entry.isSymbolicLink() && !entry.name.startsWith('.')) links.push(relative);
      }
    }
  };

  enter('', realRoot);
  // In order, so that the same of two links to one folder is followed on every machine.
  links.sort(byCodeUnit).reverse();
  for (let link = links.pop(); link !== undefined; link = links.pop()) {
    const target = followLink(root, link);
    if (typeof target === 'string') walk.skips.add('missing', link, target);
    else if (!target.isFolder) walk.addFile(link);
    else if (visited.has(target.real) || isInside(realRoot, target.real)) {
      walk.skips.add('symlink-loop', link, `The link leads to ${target.real} again`);
    } else if (isEntered(path.basename(link))) {
      const before = links.length;
      enter(link, target.real);
      if (links.length > before) links.sort(byCodeUnit).reverse();
    }
  }
}

function isEntered(name: string): boolean {
  return !name.startsWith('.') && !NEVER_ENTERED.has(name);
}

function isInside(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(outer.endsWith(path.sep) ? outer : outer + path.sep);
}

/** Entry by entry: a folder of a million files is never held as a list. */
function* readFolder(root: string, folder: string, walk: Walk): Generator<fs.Dirent> {
  let open: fs.Dir | null = null;
  try {
    open = fs.opendirSync(path.join(root, folder), { bufferSize: ENTRIES_AHEAD });
    for (let entry = open.readSync(); entry; entry = open.readSync()) yield entry;
  } catch (error) {
    if (!folder) {
      throw new Problem(
        'unreadable-folder',
        `The folder ${root} can't be read: ${(error as Error).message}`,
        'Check that the folder is there and that you may read it.',
        { cause: error },
      );
    }
    walk.skips.add('unreadable', folder, (error as Error).message);
  } finally {
    open?.closeSync();
  }
}

/** Where a link leads, or a sentence why nowhere. */
function followLink(root: string, link: string): { real: string; isFolder: boolean } | string {
  try {
    const real = fs.realpathSync(path.join(root, link));
    return { real, isFolder: fs.statSync(real).isDirectory() };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ELOOP' ? 'The link leads to itself' : 'The link leads nowhere';
  }
}

function noClassFolders(root: string, files: number): Problem {
  const holds = files ? `holds ${files} files but no class folders` : 'is empty';
  return new Problem(
    files ? 'no-classes' : 'no-images',
    `The folder ${root} ${holds}.`,
    'Put the images of each class into a folder of its own (cats/…, dogs/…), or choose a manifest.csv with the columns path and label.',
  );
}
