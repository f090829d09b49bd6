import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the real data sets and weights that tests use where they are there: `../shared/data`, or `LOUPE_TEST_DATA`. */
export function sharedData(...parts: string[]): string {
  const folder = process.env.LOUPE_TEST_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));
  return path.join(folder, ...parts);
}

/** For `describe` and `it`: why tests that need that file can't run here, or false. */
export function withoutData(...parts: string[]): string | false {
  const file = sharedData(...parts);
  return fs.existsSync(file) ? false : `no ${file}: name the folder of the real data in LOUPE_TEST_DATA`;
}
