import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

export const demoFolder = path.join(root, 'demo');

/** What the tools write for people to look at: screenshots, logs of failed tests. Not in git. */
export const outputFolder = path.join(root, 'test-output');

/** Downloads that outlive a clone: LOUPE_TEST_CACHE, else `~/.cache/loupe-test`. Safe to delete. */
export function testCache(env: NodeJS.ProcessEnv = process.env): string {
  if (env.LOUPE_TEST_CACHE) return path.resolve(env.LOUPE_TEST_CACHE);
  return path.join(env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'loupe-test');
}
