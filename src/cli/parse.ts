import { parseArgs } from 'node:util';
import { didYouMean } from '../jobs/closest.ts';
import type { ProgressMode } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import type { Verb, VerbInput, VerbOption } from './verb.ts';

/** What every verb takes. */
export const commonOptions: Record<string, VerbOption> = {
  json: { type: 'boolean', help: 'One JSON document on stdout; errors too: {"error": {code, message, advice}}.' },
  progress: { type: 'string', value: '<bar|plain|json|none>', help: 'How to show progress on stderr.' },
  verbose: { type: 'boolean', help: 'Show the stack of unexpected errors.' },
  help: { type: 'boolean', short: 'h', help: 'Show this help.' },
};

const progressModes: readonly ProgressMode[] = ['bar', 'plain', 'json', 'none'];

/** Splits what stands after a verb. @throws UsageError */
export function parseVerb(verb: Verb, args: readonly string[]): VerbInput {
  const options = { ...verb.options, ...commonOptions };
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: Object.fromEntries(
        Object.entries(options).map(([name, { type, short, multiple }]) => [
          name,
          { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) },
        ]),
      ),
      allowPositionals: true,
      strict: true,
    });
    return { values, positionals };
  } catch (error) {
    throw explain(error, verb, Object.keys(options));
  }
}

/** @throws UsageError when there are too few or too many */
export function checkPositionals(verb: Verb, { positionals }: VerbInput): void {
  const { min, max, missing } = verb.positionals;
  if (positionals.length < min) throw new UsageError(missing, `Usage: loupe ${verb.name} ${verb.usage}`);
  if (positionals.length > max) {
    const extra = positionals[max] as string;
    throw new UsageError(
      `loupe ${verb.name} can't do anything with "${extra}".`,
      `Usage: loupe ${verb.name} ${verb.usage} (names with spaces need quotes)`,
    );
  }
}

/** @throws UsageError */
export function progressMode(value: string | undefined): ProgressMode | undefined {
  if (value === undefined) return undefined;
  const mode = progressModes.find((name) => name === value);
  if (!mode) throw new UsageError(`--progress can't be "${value}".`, `Use one of ${progressModes.join(', ')}.`);
  return mode;
}

function explain(error: unknown, verb: Verb, names: string[]): unknown {
  if (!(error instanceof TypeError) || !('code' in error) || !String(error.code).startsWith('ERR_PARSE_ARGS'))
    return error;
  const advice = `See loupe ${verb.name} --help.`;
  const unknown = /^Unknown option '(--?[^']*)'/.exec(error.message)?.[1];
  if (unknown === undefined) return new UsageError(error.message.split('\n').join(' '), advice);
  const near = didYouMean(
    unknown,
    names.map((name) => `--${name}`),
  );
  return new UsageError(`loupe ${verb.name} has no option ${unknown}.${near}`, advice);
}
