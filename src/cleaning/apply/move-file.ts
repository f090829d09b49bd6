import fs from 'node:fs';
import path from 'node:path';
import { errnoOf } from '../../jobs/fs-problem.ts';
import { Problem } from '../../problem.ts';
import { fileHash } from './file-hash.ts';

/**
 * Gives a file another name and never overwrites another: the name is taken by an empty file first, which the rename replaces. Whenever
 * the process dies, the content is whole under one of the names, and the same call finishes the work. Across file systems the file is
 * copied, forced to the disk, renamed, and only then removed.
 * @param hash of the content (`fileHash`), which has to be that still
 * @param again true: an earlier attempt may have left the empty file, or both names
 * @throws Problem `content-changed`, `missing`, `name-taken`; the file system's own error
 */
export function moveFile(from: string, to: string, hash: string, again: boolean): void {
  const found = fileHash(from);
  if (found === null) {
    if (again && fileHash(to) === hash) return;
    throw new Problem('missing', `${from} is not there any more.`, 'Nothing was changed.');
  }
  if (found !== hash) {
    throw new Problem('content-changed', `${from} was changed since it was decided about.`, 'Look at it again.');
  }
  fs.mkdirSync(path.dirname(to), { recursive: true });
  const left = again ? leftover(to, hash) : null;
  if (left === 'whole') fs.unlinkSync(from);
  else {
    if (left === null) takeName(to);
    renameOver(from, to, hash);
  }
  syncFolder(path.dirname(to));
}

/** What an attempt that was cut short left at the new name. */
function leftover(to: string, hash: string): 'empty' | 'whole' | null {
  const size = fs.statSync(to, { throwIfNoEntry: false })?.size;
  if (size === 0) return 'empty';
  return size !== undefined && fileHash(to) === hash ? 'whole' : null;
}

function takeName(to: string): void {
  try {
    fs.closeSync(fs.openSync(to, 'wx'));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    throw new Problem(
      'name-taken',
      `${to} is there already; nothing is overwritten.`,
      'Apply again: a free name is found.',
    );
  }
}

function renameOver(from: string, to: string, hash: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) === 'EXDEV') copyOver(from, to, hash);
    else {
      removeEmpty(to);
      throw error;
    }
  }
}

function copyOver(from: string, to: string, hash: string): void {
  const temporary = `${to}.loupe-part`;
  const { atime, mtime, mode } = fs.statSync(from);
  const bytes = fs.readFileSync(from);
  const handle = fs.openSync(temporary, 'w');
  try {
    fs.writeFileSync(handle, bytes);
    fs.fchmodSync(handle, mode & 0o777);
    fs.futimesSync(handle, atime, mtime);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  if (fileHash(temporary) !== hash) {
    fs.rmSync(temporary);
    removeEmpty(to);
    throw new Problem('copy-failed', `${from} could not be copied to another disk unharmed.`, 'It stays where it was.');
  }
  fs.renameSync(temporary, to);
  fs.unlinkSync(from);
}

/** Gives back a name that was taken for nothing. */
function removeEmpty(file: string): void {
  if (fs.statSync(file, { throwIfNoEntry: false })?.size === 0) fs.unlinkSync(file);
}

/** Windows can't open folders, and needs not. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } catch (error) {
    if (errnoOf(error) !== 'EINVAL' && errnoOf(error) !== 'ENOTSUP') throw error;
  } finally {
    fs.closeSync(handle);
  }
}
