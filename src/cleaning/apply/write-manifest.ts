import fs from 'node:fs';
import path from 'node:path';
import { writeAtomic } from '../../files.ts';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { Problem } from '../../problem.ts';
import { cleanedImages } from './cleaned.ts';
import type { SourceEdits } from './edits-of.ts';
import { quoted } from './rewrite-manifest.ts';

/**
 * Writes a CSV manifest of the data set as it is with all edits: path (relative to the manifest), label, and split and group where there are any.
 * Images stay where they are.
 * @returns how many rows
 * @throws Problem `exists`, `manifest-idx`, `disk-full`, `no-permission`, `folder-missing`
 */
export function writeCleanedManifest(edits: SourceEdits, file: string): number {
  const target = path.resolve(file);
  if (edits.source.format === 'idx') {
    throw new Problem(
      'manifest-idx',
      `${edits.source.root} holds IDX files: a manifest can't name an image inside one.`,
      'Write a cleaned copy with --to <folder>.',
    );
  }
  if (fs.existsSync(target)) {
    throw new Problem('exists', `${target} is there already.`, 'Choose another name: nothing is overwritten.');
  }
  const cleaned = cleanedImages(edits);
  const hasSplit = cleaned.some(({ split }) => split !== null);
  const hasGroup = cleaned.some(({ image }) => image.group !== null);
  const header = ['path', 'label', ...(hasSplit ? ['split'] : []), ...(hasGroup ? ['group'] : [])];
  const rows = cleaned.map(({ image, label, split }) => [
    relativeTo(path.dirname(target), path.resolve(edits.source.root, image.path)),
    label,
    ...(hasSplit ? [split ?? ''] : []),
    ...(hasGroup ? [image.group ?? ''] : []),
  ]);
  const lines = [header, ...rows].map((cells) => `${cells.map((cell) => quoted(cell, ',')).join(',')}\n`);
  try {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    writeAtomic(target, lines.join(''));
  } catch (error) {
    throw fsProblem(error, 'write', target);
  }
  return rows.length;
}

/** Relative, `/`-separated; absolute where there is no way from here to there (another drive). */
function relativeTo(folder: string, file: string): string {
  const relative = path.relative(folder, file);
  return (path.isAbsolute(relative) ? file : relative).split(path.sep).join('/');
}
