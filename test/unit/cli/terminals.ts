import { style } from '../../../src/cli/style.ts';
import type { ProgressMode, Terminal } from '../../../src/cli/terminal.ts';

/** A terminal without colours, and what is written to its stderr. */
export function makeTerminal(progress: ProgressMode, columns = 80): { terminal: Terminal; written: string[] } {
  const written: string[] = [];
  const stderr = { columns, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  return { terminal: { stderr, err: style(false), out: style(false), progress, verbose: false }, written };
}
