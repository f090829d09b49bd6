import { Problem } from '../problem.ts';
import { ProgressLine } from './progress.ts';
import { listenForSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';

/** What is said when a signal comes, and of what there is after it. */
export interface StopTexts {
  stopping: string;
  whole: string;
}

/** Of work that changes one file after the other. */
export const fileByFile: StopTexts = { stopping: 'Stopping after this file …', whole: 'every file is whole' };

/**
 * Does work that the same call goes on with after a signal cut it short; its progress line is taken away at the end.
 * @throws Problem `stopped` after a signal; what `work` throws
 */
export async function stoppable<T>(
  terminal: Terminal,
  { stopping, whole }: StopTexts,
  work: (line: ProgressLine, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const line = new ProgressLine(terminal);
  const stop = listenForSignals(() => line.line(stopping));
  try {
    return await work(line, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted || error instanceof Problem) throw error;
    throw new Problem('stopped', `Stopped on the way; ${whole}.`, 'The same call goes on where it stopped.');
  } finally {
    stop.close();
    line.end();
  }
}
