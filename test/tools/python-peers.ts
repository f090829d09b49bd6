// Provides the Python packages that tests and benchmarks stand beside: a virtual environment made once, keyed by its versions. The last line printed is its folder.
// `LOUPE_TEST_PYTHON` names another folder to use or make.
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pythonPackages, pythonPeersFolder } from '../python-peers.ts';

const folder = pythonPeersFolder();

if (!fs.existsSync(folder)) install();
check(folder);
process.stdout.write(`${folder}\n`);

/** Made under a temporary name, so that a folder with the final name is always whole. */
function install(): void {
  const temporary = `${folder}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  try {
    run('python3', ['-m', 'venv', temporary]);
    const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--retries', '1', '--quiet'];
    run(path.join(temporary, 'bin', 'python'), [...pip, ...pythonPackages]);
    check(temporary);
    try {
      fs.renameSync(temporary, folder);
    } catch (error) {
      if (!fs.existsSync(folder)) throw error;
    }
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

function check(environment: string): void {
  const found = fs.globSync('lib/python3*/site-packages/tensorflow/libtensorflow_cc.so.2', { cwd: environment });
  if (found.length === 0)
    throw new Error(`There is no TensorFlow in ${environment}: remove that folder and run this again.`);
}

function run(command: string, args: string[]): void {
  execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], timeout: 20 * 60_000 });
}
