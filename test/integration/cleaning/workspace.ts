import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileHash } from '../../../src/cleaning/apply/file-hash.ts';
import { appendToJournal } from '../../../src/dataset/journal/append.ts';
import { type Edit, editOf, stampEdits } from '../../../src/dataset/journal/edits.ts';
import { journalDataName, journalFileOf } from '../../../src/dataset/journal/folder.ts';
import { readJournal } from '../../../src/dataset/journal/read.ts';
import { writeImages } from '../training/images.ts';

/** A workspace with an image folder, an empty trash of its own, and nothing decided yet. */
export interface Workspace {
  folder: string;
  /** The image folder `images`. */
  root: string;
  journal: string;
  trash: string;
}

/** Chooses the trash and the cache for this process and those it starts: nobody's real trash is touched. */
export async function makeWorkspace(folder: string, { each = 6 } = {}): Promise<Workspace> {
  process.env.LOUPE_CACHE = path.join(folder, 'cache');
  process.env.XDG_DATA_HOME = path.join(folder, 'xdg');
  const root = path.join(folder, 'images');
  await writeImages(root, { each });
  return { folder, root, journal: journalFileOf(folder), trash: path.join(folder, 'xdg', 'Trash') };
}

export function temporaryFolder(t: { after(callback: () => void): void }): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-apply-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes edits of one action, of images named by path. */
export function decide({ folder, root, journal }: Workspace, edits: Edit[], source = root): void {
  const data = journalDataName(folder, source);
  appendToJournal(journal, stampEdits(edits, { data, after: readJournal(journal).lines }));
}

export function imageIn({ root }: Workspace, name: string): { path: string; hash: string } {
  return { path: name, hash: fileHash(path.join(root, name)) as string };
}

/** Every kind of edit that changes the disk: into a folder that is there, into a new one, thrown away, set aside, and a name that is taken. */
export function decideAll(workspace: Workspace): void {
  const image = (name: string) => imageIn(workspace, name);
  decide(workspace, [
    editOf.relabel(image('brick/0.png'), 'brick', 'sky'),
    editOf.relabel(image('brick/1.png'), 'brick', 'moss'),
    editOf.relabel(image('brick/2.png'), 'brick', 'moss'),
    editOf.relabel(image('sky/0.png'), 'sky', 'leaf'),
    editOf.delete(image('leaf/0.png')),
    editOf.delete(image('leaf/1.png')),
    editOf.delete(image('sky/1.png')),
    editOf.exclude(image('leaf/2.png')),
    editOf.exclude(image('brick/3.png')),
    editOf.keep(image('brick/4.png')),
  ]);
}

/** Path → content of every file below a folder, hidden ones left out. */
export function filesIn(folder: string): Record<string, string> {
  if (!fs.existsSync(folder)) return {};
  const names = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'));
  return Object.fromEntries(names.sort().map((name) => [name, fileHash(path.join(folder, name)) as string]));
}
