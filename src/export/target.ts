import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { writeAtomic } from '../files.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import { Problem } from '../problem.ts';
import type { ExportFile } from './files.ts';

/**
 * Looks before the work whether a target can be written.
 * @param folder the export is a folder
 * @param force what is there may be replaced
 * @throws Problem `exists`, `not-an-export`, `no-permission`, `folder-missing`
 */
export function assertWritable(target: string, { folder, force }: { folder: boolean; force: boolean }): void {
  const found = fs.statSync(target, { throwIfNoEntry: false });
  if (found && found.isDirectory() !== folder) {
    const kinds = folder ? ['a file', 'a folder'] : ['a folder', 'a file'];
    throw new Problem('exists', `${target} is ${kinds[0]}, and this format is ${kinds[1]}.`, 'Choose another path.');
  }
  const empty = found?.isDirectory() && fs.readdirSync(target).length === 0;
  if (found && !empty && !force) {
    throw new Problem('exists', `${target} is there already.`, 'Choose another path, or replace it with --force.');
  }
  const parent = nearest(path.dirname(path.resolve(target)));
  if (!fs.statSync(parent).isDirectory()) {
    throw new Problem('folder-missing', `${parent} is a file, not a folder to write into.`, 'Check the path.');
  }
  try {
    fs.accessSync(parent, fs.constants.W_OK);
  } catch (error) {
    throw fsProblem(error, 'write', parent);
  }
}

/** Writes one file so that nobody sees a part of it. */
export function writeExportFile(target: string, data: Uint8Array | string): void {
  try {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    writeAtomic(target, data);
  } catch (error) {
    throw fsProblem(error, 'write', target);
  }
}

/**
 * Writes a folder beside its target and moves it there. A folder that is replaced must hold nothing but what an export of the
 * same kind wrote.
 * @throws Problem `not-an-export`, `disk-full`, `no-permission`, …
 */
export function writeExportFolder(target: string, files: readonly ExportFile[]): void {
  assertReplaceable(target, files);
  const temporary = `${target}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  const old = `${temporary}-old`;
  try {
    for (const { name, data } of files) {
      const file = path.join(temporary, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, data);
    }
    if (fs.existsSync(target)) fs.renameSync(target, old);
    fs.renameSync(temporary, target);
  } catch (error) {
    if (fs.existsSync(old) && !fs.existsSync(target)) fs.renameSync(old, target);
    throw fsProblem(error, 'write', target);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
    fs.rmSync(old, { recursive: true, force: true });
  }
}

function assertReplaceable(target: string, files: readonly ExportFile[]): void {
  if (!fs.existsSync(target)) return;
  const ours = new Set(files.map(({ name }) => name));
  const foreign = fs
    .readdirSync(target, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(target, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
    .find((name) => !ours.has(name));
  if (foreign === undefined) return;
  throw new Problem(
    'not-an-export',
    `${target} holds ${foreign}, which is no part of such an export, and would be deleted with the folder.`,
    'Choose an empty or a new folder.',
  );
}

/** The folder itself, or the first above it that exists. */
function nearest(folder: string): string {
  let current = folder;
  while (!fs.existsSync(current) && path.dirname(current) !== current) current = path.dirname(current);
  return current;
}
