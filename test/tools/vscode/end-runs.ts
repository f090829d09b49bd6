import fs from 'node:fs';
import path from 'node:path';

/** Kills the runs of every workspace below `folder`: a run outlives its window, on purpose. */
export function endRuns(folder: string): void {
  for (const lock of fs.globSync('**/.loupe/runs/*/lock.json', { cwd: folder })) {
    try {
      const { pid } = JSON.parse(fs.readFileSync(path.join(folder, lock), 'utf8')) as { pid: number };
      process.kill(pid, 'SIGKILL');
    } catch {
      // Its process has ended.
    }
  }
}
