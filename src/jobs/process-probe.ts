import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { errnoOf } from './fs-problem.ts';

export interface ProcessProbe {
  alive: boolean;
  /** Tells a process from a later one with the same pid; null where the system does not say. Compare for equality only. */
  startTime: string | null;
}

const DEAD: ProcessProbe = { alive: false, startTime: null };

/** Whether a process of this machine lives, and when it started. A zombie counts as dead. */
export function probeProcess(pid: number): ProcessProbe {
  if (!Number.isInteger(pid) || pid <= 0 || !answersSignal(pid)) return DEAD;
  if (process.platform === 'linux') return probeProc(pid);
  if (process.platform === 'win32') return { alive: true, startTime: null };
  return probePs(pid);
}

/** Milliseconds since 1970 at which this machine started. */
export function bootTime(): number {
  return Date.now() - os.uptime() * 1000;
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

/** proc(5): field 3 is the state, field 22 the start in clock ticks since boot; the name in field 2 may hold anything. */
function probeProc(pid: number): ProcessProbe {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return DEAD;
    return { alive: true, startTime: `${bootId()}-${fields[19]}` };
  } catch {
    return { alive: true, startTime: null };
  }
}

let cachedBootId: string | undefined;

function bootId(): string {
  try {
    cachedBootId ??= fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
  } catch {
    cachedBootId = 'boot';
  }
  return cachedBootId;
}

const PS_CACHE_MS = 5000;
const psCache = new Map<number, { at: number; probe: ProcessProbe }>();

/** `ps` is a process of its own, so its answer for a living pid is kept for a few seconds. */
function probePs(pid: number): ProcessProbe {
  const cached = psCache.get(pid);
  if (cached && Date.now() - cached.at < PS_CACHE_MS) return cached.probe;
  let probe: ProcessProbe = { alive: true, startTime: null };
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
    }).trim();
    const [state = '', ...started] = line.split(/\s+/);
    probe = state.startsWith('Z') ? DEAD : { alive: true, startTime: started.join(' ') };
  } catch {
    // Without ps only the pid itself can be asked.
  }
  psCache.set(pid, { at: Date.now(), probe });
  return probe;
}
