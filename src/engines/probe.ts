import { spawn } from 'node:child_process';
import { cliFile } from '../entries.ts';
import type { EngineInfo, EngineName, EngineRefusal } from './engine.ts';

/** `auto`: the one that a run takes which names none. */
export type ProbedName = EngineName | 'auto';

/** What a process of its own found of an engine. */
export type EngineProbe = WorkingEngine | { name: ProbedName; works: false; code: string; reason: string };

export interface WorkingEngine {
  name: ProbedName;
  works: true;
  info: EngineInfo;
  /** Why this one, and why not others that `auto` tried before it. */
  reason: string;
  refused: EngineRefusal[];
  /** Milliseconds from nothing to an engine that has passed its self-test. */
  startMs: number;
  /** Milliseconds of a training step of the self-test's tiny network. */
  stepMs: number;
}

/** The engine ended its process instead of answering. */
export const CRASHED = 'engine-crashed';
const LIMIT_MS = 120_000;
const SPOKEN = 300;

/** Set in the process that tries an engine, which must not try it in yet another one. */
export const probing = (env: NodeJS.ProcessEnv = process.env): boolean => env.LOUPE_PROBING === '1';

export interface ProbeOptions {
  env?: NodeJS.ProcessEnv;
  threads?: number;
  /** As in `engine.adapter`. */
  adapter?: string;
  signal?: AbortSignal;
}

/**
 * Starts an engine in a process of its own, self-test included, so that one that crashes or hangs takes nothing with it.
 * @throws the signal's reason when aborted
 */
export function probeEngine(name: ProbedName, options: ProbeOptions = {}): Promise<EngineProbe> {
  const { env = process.env, threads = 0, adapter = '', signal } = options;
  signal?.throwIfAborted();
  const args = [cliFile(), 'engines', '--probe', name, '--threads', String(threads), '--adapter', adapter, '--json'];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { ...env, LOUPE_PROBING: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, LIMIT_MS);
    const abort = () => child.kill('SIGKILL');
    signal?.addEventListener('abort', abort, { once: true });
    let [answer, said] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-SPOKEN);
    });
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    child.once('error', (error) => {
      end();
      reject(error);
    });
    child.once('close', (code, killedBy) => {
      end();
      if (signal?.aborted) return reject(signal.reason);
      resolve(
        readProbe(answer) ?? crashed(name, late ? 'it did not answer in two minutes' : ending(code, killedBy, said)),
      );
    });
  });
}

function readProbe(answer: string): EngineProbe | null {
  try {
    const value = JSON.parse(answer) as EngineProbe;
    return typeof value.works === 'boolean' ? value : null;
  } catch {
    return null;
  }
}

function crashed(name: ProbedName, how: string): EngineProbe {
  return { name, works: false, code: CRASHED, reason: `Its process ended when the engine was tried: ${how}.` };
}

function ending(code: number | null, killedBy: NodeJS.Signals | null, said: string): string {
  const last = said.trim().split('\n').at(-1) ?? '';
  return `${killedBy ?? `exit code ${code}`}${last ? ` (${last})` : ''}`;
}
