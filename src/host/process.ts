import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { jobFiles } from '../jobs/job.ts';
import { fieldOf, isRecord } from '../jobs/record.ts';
import { Problem } from '../problem.ts';

/**
 * For processes that stay as long as a panel does and go through many small images meanwhile. V8 would let tens of megabytes of what is
 * used no more gather in each of their threads, and glibc as much again in an arena for each thread.
 */
const smallHeap = ['--max-semi-space-size=2'];
const fewArenas = { MALLOC_ARENA_MAX: '2' };

/** Starts `loupe <verb>` in processes of their own, with the Node that VS Code brings along. */
export class LoupeProcesses {
  private readonly script: string;

  /** @param extensionPath absolute; holds `dist/loupe.mjs`. */
  constructor(extensionPath: string) {
    this.script = path.join(extensionPath, 'dist', 'loupe.mjs');
  }

  /** Does the job in a run folder. The process outlives the window; what it prints goes to the run's log. */
  startTraining(runFolder: string): ChildProcess {
    return this.startJob(runFolder, ['train', runFolder, '--queued']);
  }

  /** Does the job in a learning-rate finder's folder, as `startTraining`. */
  startFinder(finderFolder: string): ChildProcess {
    return this.startJob(finderFolder, ['lr-find', finderFolder]);
  }

  /** Does the evaluation of an evaluation folder; it outlives the window too. */
  startEvaluation(folder: string): ChildProcess {
    return this.startJob(folder, ['evaluate', folder, '--progress', 'none']);
  }

  /** Does the search for issues of a job folder; it outlives the window too. */
  startIssues(folder: string): ChildProcess {
    return this.startJob(folder, ['issues', folder, '--progress', 'none']);
  }

  private startJob(folder: string, args: string[]): ChildProcess {
    const log = fs.openSync(path.join(folder, jobFiles.log), 'a');
    try {
      const child = spawn(process.execPath, [this.script, ...args], {
        cwd: folder,
        env: childEnvironment(),
        stdio: ['ignore', log, log],
        detached: true,
        windowsHide: true,
      });
      child.unref();
      return child;
    } finally {
      fs.closeSync(log);
    }
  }

  /** Starts a verb that answers JSON lines from stdin with JSON lines on stdout; it ends when its stdin is closed. */
  converse(args: string[]): ChildProcess {
    return spawn(process.execPath, [...smallHeap, this.script, ...args], {
      env: { ...childEnvironment(), ...fewArenas },
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
  }

  /**
   * Runs a verb that answers with one JSON document on stdout.
   * @param onLine every line of stderr (logs and `--progress json`).
   * @throws Problem what the process says went wrong; AbortError when `signal` fires (the process is ended).
   */
  async ask(
    args: string[],
    options: { cwd: string; signal?: AbortSignal; onLine?: (line: string) => void },
  ): Promise<unknown> {
    options.signal?.throwIfAborted();
    const child = spawn(process.execPath, [this.script, ...args], {
      cwd: options.cwd,
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    const abort = () => child.kill();
    options.signal?.addEventListener('abort', abort, { once: true });
    try {
      const { code, stdout, lastLines } = await collect(child, options.onLine ?? (() => undefined));
      options.signal?.throwIfAborted();
      return parseAnswer(args[0] ?? '', code, stdout, lastLines);
    } finally {
      options.signal?.removeEventListener('abort', abort);
    }
  }
}

/** The window's environment without what only the extension host should see. */
function childEnvironment(): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
  // Images are decoded on libuv's pool, whose size Node reads once, before the first line of a script.
  env.UV_THREADPOOL_SIZE ??= String(Math.max(4, os.availableParallelism()));
  delete env.NODE_OPTIONS;
  for (const name of Object.keys(env)) if (name.startsWith('VSCODE_')) delete env[name];
  return env;
}

interface Collected {
  code: number | null;
  stdout: string;
  lastLines: string[];
}

function collect(child: ChildProcess, onLine: (line: string) => void): Promise<Collected> {
  return new Promise((resolve, reject) => {
    const stdout: Buffer[] = [];
    const lastLines: string[] = [];
    let rest = '';
    const take = (line: string) => {
      if (!line) return;
      lastLines.push(line);
      if (lastLines.length > 5) lastLines.shift();
      onLine(line);
    };
    child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    });
    child.once('error', reject);
    child.once('close', (code) => {
      take(rest);
      resolve({ code, stdout: Buffer.concat(stdout).toString('utf8'), lastLines });
    });
  });
}

/** A failed verb answers with `{ error: { code, message, advice } }`. */
function parseAnswer(verb: string, code: number | null, stdout: string, lastLines: string[]): unknown {
  let answer: unknown;
  try {
    answer = JSON.parse(stdout);
  } catch {
    answer = null;
  }
  const error = errorOf(answer);
  if (error) throw new Problem(error.code, error.message, error.advice);
  if (answer !== null) return answer;
  const said = lastLines.join('\n') || `exit code ${code}`;
  throw new Problem('process-failed', `loupe ${verb} failed: ${said}.`, 'See the log.');
}

function errorOf(answer: unknown): { code: string; message: string; advice: string } | null {
  const error = fieldOf(answer, 'error');
  if (!isRecord(error)) return null;
  const text = (name: string) => {
    const value = fieldOf(error, name);
    return typeof value === 'string' ? value : '';
  };
  return { code: text('code') || 'process-failed', message: text('message') || 'Failed.', advice: text('advice') };
}
