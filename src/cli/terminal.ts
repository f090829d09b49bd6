import { type Style, style } from './style.ts';

export type ProgressMode = 'bar' | 'plain' | 'json' | 'none';

/** Where the command talks: results on stdout, everything else on stderr. */
export interface Terminal {
  stderr: NodeJS.WriteStream;
  /** Colours for stderr and for stdout; the text itself where there is no terminal or NO_COLOR is set. */
  err: Style;
  out: Style;
  progress: ProgressMode;
  verbose: boolean;
}

/** @param progress of `--progress`; default: a bar on a terminal, plain lines elsewhere. */
export function makeTerminal(progress: ProgressMode | undefined, verbose: boolean): Terminal {
  const { stderr, stdout } = process;
  const bar = stderr.isTTY && process.env.TERM !== 'dumb';
  return {
    stderr,
    err: style(wantsColor(stderr, process.env)),
    out: style(wantsColor(stdout, process.env)),
    progress: progress ?? (bar ? 'bar' : 'plain'),
    verbose,
  };
}

/** https://no-color.org: set and not empty means none. */
export function wantsColor(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}
