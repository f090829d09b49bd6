import fs from 'node:fs';
import path from 'node:path';
import { Problem } from '../problem.ts';

/**
 * The files that paths stand for, in order and without repetitions: a file itself (even a missing one, which is then told as
 * such), of a folder everything in it but hidden files. Links are followed, loops end.
 * @throws Problem `no-images` where that is nothing
 */
export function listImageFiles(targets: readonly string[]): string[] {
  const files = new Set<string>();
  for (const target of targets) {
    if (fs.statSync(target, { throwIfNoEntry: false })?.isDirectory()) walk(target, new Set(), files);
    else files.add(target);
  }
  if (files.size === 0) {
    throw new Problem('no-images', `There are no files in ${targets.join(', ')}.`, 'Give images or folders of images.');
  }
  return [...files];
}

function walk(folder: string, above: ReadonlySet<string>, files: Set<string>): void {
  const real = fs.realpathSync(folder);
  if (above.has(real)) return;
  const chain = new Set(above).add(real);
  const names = fs.readdirSync(folder).filter((name) => !name.startsWith('.'));
  for (const name of names.sort()) {
    const file = path.join(folder, name);
    const stat = fs.statSync(file, { throwIfNoEntry: false });
    if (stat?.isDirectory()) walk(file, chain, files);
    else if (stat?.isFile()) files.add(file);
  }
}
