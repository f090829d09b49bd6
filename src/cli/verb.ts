import type { ParseArgsOptionDescriptor } from 'node:util';
import type { Terminal } from './terminal.ts';

/** One option of a verb: as `parseArgs` wants it, and what its help says. */
export interface VerbOption extends ParseArgsOptionDescriptor {
  /** What stands for the value in the help, e.g. `<folder>`; none for a switch. */
  value?: string;
  help: string;
}

export interface VerbInput {
  positionals: string[];
  values: Record<string, string | boolean | (string | boolean)[] | undefined>;
}

export interface Verb {
  name: string;
  /** What stands after the name, e.g. `<folder> [--sort key]`. */
  usage: string;
  /** One sentence. */
  summary: string;
  /** More, for its own help; wrapped by hand. */
  details: string;
  /** How many positionals it takes. */
  positionals: { min: number; max: number; missing: string };
  options: Record<string, VerbOption>;
  /**
   * Loads what it needs (never more than it needs) and does it.
   * @returns the one document of `--json`, the text for people, and the exit code
   */
  run(input: VerbInput, terminal: Terminal): Promise<VerbResult>;
}

export interface VerbResult {
  json: unknown;
  text: string;
  /** Default 0. */
  exitCode?: 0 | 1;
}

/** The value of an option that takes one. */
export function textOf(input: VerbInput, name: string): string | undefined {
  const value = input.values[name];
  return typeof value === 'string' ? value : undefined;
}

/** The values of a repeatable option. */
export function textsOf(input: VerbInput, name: string): string[] {
  const value = input.values[name];
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}
