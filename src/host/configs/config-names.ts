import fs from 'node:fs';
import path from 'node:path';
import { configSuffix } from '../ids.ts';

/** A file in `folder` that does not exist yet: `<name>.loupe.json`, else with a number. */
export function freeConfigFile(folder: string, name: string): string {
  const stem = fileStem(name);
  for (let number = 1; ; number++) {
    const file = path.join(folder, `${number === 1 ? stem : `${stem}-${number}`}${configSuffix}`);
    if (!fs.existsSync(file)) return file;
  }
}

/** A name without what file systems don't take; `flowers 2` → `flowers-2`. */
export function fileStem(name: string): string {
  const stem = name
    .replace(/[\s/\\:*?"<>|]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 60);
  return stem || 'run';
}

/** Name of the config in a file: its own, without folder and ending. */
export function configName(file: string): string {
  const name = path.basename(file);
  return name.endsWith(configSuffix) ? name.slice(0, -configSuffix.length) : name;
}
