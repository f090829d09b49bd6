import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { capture, npm } from './command.ts';
import { root } from './paths.ts';

/** The integrity that package-lock.json has for a package, or undefined where the lock doesn't know it. */
export function lockedIntegrity(name: string, version: string): string | undefined {
  const lock = JSON.parse(fs.readFileSync(path.join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string; integrity?: string }>;
  };
  const entry = lock.packages[`node_modules/${name}`];
  return entry?.version === version ? entry.integrity : undefined;
}

/**
 * Downloads a package's archive into `folder` with npm.
 * @param integrity `sha512-…`, as in a lock file
 * @returns the archive's path
 * @throws where the archive is not the one that `integrity` names
 */
export async function downloadPackage(
  name: string,
  version: string,
  integrity: string,
  folder: string,
): Promise<string> {
  const output = await npm(['pack', `${name}@${version}`, '--json', '--pack-destination', folder], { cwd: folder });
  const [packed] = JSON.parse(output) as { filename: string }[];
  if (!packed) throw new Error(`npm pack ${name}@${version} answered with nothing`);
  // npm 9 prints a scoped package as "@scope/name-1.0.0.tgz" and writes "scope-name-1.0.0.tgz".
  const archive = path.join(folder, packed.filename.replace(/^@/, '').replaceAll('/', '-'));
  const found = `sha512-${createHash('sha512').update(fs.readFileSync(archive)).digest('base64')}`;
  if (found !== integrity) {
    throw new Error(`${name}@${version} is not what it should be: its integrity is ${found}, expected ${integrity}.`);
  }
  return archive;
}

/** Unpacks a package's archive into `folder` without the leading `package/`; `parts` and `exclude` are tar patterns. */
export async function unpack(
  archive: string,
  folder: string,
  { strip = 1, parts = [], exclude = [] }: { strip?: number; parts?: string[]; exclude?: string[] } = {},
): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  const excluded = exclude.map((pattern) => `--exclude=${pattern}`);
  await capture('tar', ['-xzf', archive, '-C', folder, `--strip-components=${strip}`, ...excluded, ...parts]);
}
