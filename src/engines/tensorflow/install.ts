import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Problem } from '../../problem.ts';
import { pipProblem } from './pip-problem.ts';
import { environmentPrefix, tensorflowState } from './state-folder.ts';

export type InstallKind = 'cpu' | 'cuda';

/** What pip is asked for. macOS and ARM have no separate packages. */
export function packageFor(
  kind: InstallKind,
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
): string {
  if (kind === 'cuda') return 'tensorflow[and-cuda]';
  return platform === 'linux' && arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow';
}

export interface InstallOptions {
  /** Interpreter that makes the environment; default: the newest on the path that TensorFlow is made for. */
  python?: string | undefined;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  /** pip's lines as they come. */
  onLine?: (line: string) => void;
}

/**
 * Installs TensorFlow with pip into an environment of Loupe's own, which no other Python sees. A folder with the final name is whole:
 * it is made under a temporary one.
 * @returns the environment's folder
 * @throws Problem with what went wrong; the signal's reason when aborted
 */
export async function installTensorFlow(kind: InstallKind, options: InstallOptions = {}): Promise<string> {
  const { env = process.env, signal, onLine = () => undefined } = options;
  const folder = path.join(tensorflowState(env), `${environmentPrefix}${kind}`);
  const temporary = `${folder}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  const what = packageFor(kind);
  const python = options.python ?? (await findPython(env));
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  try {
    onLine(`${python} -m venv`);
    const problem = (output: string) => pipProblem(output, what, python);
    await run(python, ['-m', 'venv', temporary], { env, signal, onLine }, problem);
    const pip = ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '--progress-bar', 'off', what];
    await run(path.join(temporary, 'bin', 'python'), pip, { env, signal, onLine }, problem);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(temporary, folder);
    return folder;
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/** Newest first among the Pythons that TensorFlow has been made for; else plain `python3`, and pip says what it thinks of it. */
async function findPython(env: NodeJS.ProcessEnv): Promise<string> {
  for (const name of ['python3.13', 'python3.12', 'python3.11', 'python3.10', 'python3.9', 'python3']) {
    try {
      await promisify(execFile)(name, ['--version'], { env, timeout: 10_000 });
      return name;
    } catch {}
  }
  throw new Problem(
    'no-python',
    'No Python 3 is installed, and TensorFlow comes as a Python package.',
    'Install Python (on Debian and Ubuntu: apt install python3-venv), or name one: --python <path>.',
  );
}

type RunOptions = Required<Pick<InstallOptions, 'env' | 'onLine'>> & { signal: AbortSignal | undefined };

function run(
  command: string,
  args: string[],
  { env, signal, onLine }: RunOptions,
  problem: (output: string) => Problem,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // A group of its own: pip starts processes that must end with it.
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const abort = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    };
    signal?.addEventListener('abort', abort, { once: true });
    let output = '';
    const take = (text: string) => {
      output = (output + text).slice(-100_000);
      for (const line of text.split(/\r?\n/)) if (line.trim()) onLine(line.trim());
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.once('error', (error) => reject(problem(error.message)));
    child.once('close', (code) => {
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else reject(problem(output));
    });
  });
}
