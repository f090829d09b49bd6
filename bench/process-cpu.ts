import fs from 'node:fs';

/** Of a second, in `/proc`; the same on every Linux that Node runs on. */
const CLOCK_TICKS = 100;

/** CPU seconds of all threads of a process so far; null where the system does not say, or the process is gone. */
export function cpuSeconds(pid: number): number | null {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks / CLOCK_TICKS : null;
  } catch {
    return null;
  }
}
