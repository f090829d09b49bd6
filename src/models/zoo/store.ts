import fs from 'node:fs';
import path from 'node:path';
import { hashFile } from '../../file-hash.ts';
import { cacheRoot } from '../../files.ts';
import { didYouMean } from '../../jobs/closest.ts';
import { fsProblem } from '../../jobs/fs-problem.ts';
import { Problem } from '../../problem.ts';
import { findInZoo, type ZooEntry, zoo } from './table.ts';

/** Where downloaded weights lie, for all workspaces. */
export function zooFolder(env: NodeJS.ProcessEnv = process.env): string {
  return path.join(cacheRoot(env), 'zoo');
}

export function zooFile(entry: ZooEntry, env: NodeJS.ProcessEnv = process.env): string {
  return path.join(zooFolder(env), path.basename(new URL(entry.url).pathname));
}

export function isInStore(entry: ZooEntry, env: NodeJS.ProcessEnv = process.env): boolean {
  return fs.existsSync(zooFile(entry, env));
}

/** @throws Problem `unknown-weights` */
export function zooEntry(name: string): ZooEntry {
  const entry = findInZoo(name);
  if (entry) return entry;
  const names = zoo.map((one) => one.name);
  throw new Problem(
    'unknown-weights',
    `The zoo has no weights "${name}".${didYouMean(name, names)}`,
    `There are ${names.join(', ')}.`,
  );
}

/**
 * The file that a config's `model.weights` means: a path, or a name of the zoo that has been downloaded. The folder of a TensorFlow.js model
 * stands for its description.
 * @param base folder that paths are relative to
 * @throws Problem `not-downloaded`
 */
export function resolveWeights(weights: string, base: string, env: NodeJS.ProcessEnv = process.env): string {
  const file = path.resolve(base, weights);
  const described = path.join(file, 'model.json');
  if (fs.existsSync(described)) return described;
  const entry = findInZoo(weights);
  if (!entry || fs.existsSync(file)) return file;
  if (isInStore(entry, env)) return zooFile(entry, env);
  throw new Problem(
    'not-downloaded',
    `The weights ${weights} (${entry.mebibytes} MiB) are not on this machine.`,
    `Get them with: loupe zoo get ${weights}; or, without a network, loupe zoo add ${weights} <file>.`,
  );
}

/**
 * Takes a file that was got by other ways into the store.
 * @throws Problem `wrong-checksum`, `no-such-file`, `disk-full`
 */
export function addToStore(entry: ZooEntry, file: string, env: NodeJS.ProcessEnv = process.env): string {
  assertChecksum(entry, file);
  const target = zooFile(entry, env);
  const temporary = `${target}.tmp-${process.pid}`;
  try {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    fs.copyFileSync(file, temporary);
    fs.renameSync(temporary, target);
    return target;
  } catch (error) {
    throw fsProblem(error, 'write', target);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** @throws Problem `wrong-checksum`, `no-such-file` */
export function assertChecksum(entry: ZooEntry, file: string): void {
  const found = sha256Of(file);
  if (found === entry.sha256) return;
  throw new Problem(
    'wrong-checksum',
    `${file} is not ${entry.name}: its SHA-256 is ${found}, not ${entry.sha256}.`,
    'Download it again; if it happens again, the file was changed on its way.',
  );
}

function sha256Of(file: string): string {
  try {
    return hashFile(file);
  } catch (error) {
    throw new Problem('no-such-file', `${file} can't be read: ${(error as Error).message}`, 'Check the path.', {
      cause: error,
    });
  }
}
