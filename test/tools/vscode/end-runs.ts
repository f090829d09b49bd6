import fs from 'node:fs';
import path from 'node:path';

/** Kills the runs and other jobs of every workspace below `folder`: a job outlives its window, on purpose. */
export function endRuns(folder: string): void {
  for (const lock of fs.globSync('**/.loupe/{runs,lr-finder}/*/lock.json', { cwd: folder })) {
    try {
      const { pid } = JSON.parse(fs.readFileSync(path.join(folder, lock), 'utf8')) as { pid: number };
      process.kill(pid, 'SIGKILL');
    } catch {
      // Its process has ended.
    }
  }
}
