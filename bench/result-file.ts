import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.ts';

/** Writes `bench/results/<name>.json` with date, machine and commit, and prints it. */
export function writeResult(name: string, result: object): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  const text = JSON.stringify(
    { date: new Date().toISOString(), commit, machine: describeMachine(), ...result },
    null,
    2,
  );
  const folder = fileURLToPath(new URL('./results/', import.meta.url));
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(`${folder}${name}.json`, `${text}\n`);
  process.stdout.write(`${text}\n`);
}
