import fs from 'node:fs/promises';
import path from 'node:path';

/** How much of a folder is looked at: the check must stay cheap where a folder holds a million files. */
const MAX_ENTRIES = 300;
const MAX_FOLDERS = 20;

const manifest = /^manifest\.(csv|tsv|jsonl)$/i;
const idx = /images[-.]idx\d-ubyte(\.gz)?$/i;
const image = /\.(jpe?g|png|webp|gif|tiff?|avif|bmp|svg)$/i;
const split = /^(train|training|val|valid|validation|test)$/i;
const hidden = /^(\.|node_modules$|dist$|build$|out$)/;

/** Whether a folder looks like a data set by its names alone: a manifest, IDX files, or two folders of images. */
export async function looksLikeDataSet(folder: string): Promise<boolean> {
  const { files, folders } = await list(folder);
  if (files.some((name) => manifest.test(name) || idx.test(name))) return true;
  if (await hasClassFolders(folder, folders)) return true;
  for (const name of folders.filter((name) => split.test(name)).slice(0, 3)) {
    const inner = await list(path.join(folder, name));
    if (await hasClassFolders(path.join(folder, name), inner.folders)) return true;
  }
  return false;
}

/** What a user calls a data set: its folder's name, also where a file in it is the source. */
export function dataSetName(source: string): string {
  return path.basename(/\.(csv|tsv|jsonl|gz)$|ubyte$/i.test(source) ? path.dirname(source) : source);
}

async function hasClassFolders(folder: string, names: readonly string[]): Promise<boolean> {
  let found = 0;
  for (const name of names.slice(0, MAX_FOLDERS)) {
    const { files } = await list(path.join(folder, name));
    if (files.some((file) => image.test(file))) found++;
    if (found === 2) return true;
  }
  return false;
}

async function list(folder: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    const directory = await fs.opendir(folder);
    let seen = 0;
    for await (const entry of directory) {
      if (hidden.test(entry.name)) continue;
      if (entry.isDirectory()) folders.push(entry.name);
      else if (entry.isFile()) files.push(entry.name);
      if (++seen === MAX_ENTRIES) break;
    }
  } catch {
    // A folder that can't be read is none that we propose.
  }
  return { files, folders };
}
