import fs from 'node:fs';
import path from 'node:path';

/** Number of the file system that a path is on, or would be if it were made. */
export function deviceOf(file: string): number {
  for (let at = path.resolve(file); ; at = path.dirname(at)) {
    const stat = fs.statSync(at, { throwIfNoEntry: false });
    if (stat) return stat.dev;
    if (path.dirname(at) === at) throw new Error(`there is no ${file}`);
  }
}

/** The highest folder that is on a file's file system. */
export function mountOf(file: string): string {
  let at = fs.realpathSync(path.dirname(file));
  const device = deviceOf(at);
  while (path.dirname(at) !== at && deviceOf(path.dirname(at)) === device) at = path.dirname(at);
  return at;
}
