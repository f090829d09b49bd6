import { commonOptions } from './parse.ts';
import type { Verb, VerbOption } from './verb.ts';

export function generalHelp(verbs: readonly Verb[]): string {
  const width = Math.max(...verbs.map((verb) => verb.name.length));
  return [
    'Loupe trains image classifiers.',
    '',
    'Usage: loupe <verb> …',
    '',
    ...verbs.map((verb) => `  ${verb.name.padEnd(width)}  ${verb.summary}`),
    `  ${'help'.padEnd(width)}  This help, or a verb's: loupe help train.`,
    '',
    'Every verb takes --json and --help. Exit codes: 0 done, 1 failed, 2 bad usage.',
    'Begin with: loupe train <folder with a folder of images for each class>',
  ].join('\n');
}

export function verbHelp(verb: Verb): string {
  return [
    verb.summary,
    '',
    `Usage: loupe ${verb.name} ${verb.usage}`,
    ...(verb.details ? ['', verb.details] : []),
    '',
    'Options:',
    ...optionLines({ ...verb.options, ...commonOptions }),
  ].join('\n');
}

function optionLines(options: Record<string, VerbOption>): string[] {
  const rows = Object.entries(options).map(([name, { short, value, help }]) => ({
    left: `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`,
    help,
  }));
  const width = Math.max(...rows.map(({ left }) => left.length));
  return rows.map(({ left, help }) => `  ${left.padEnd(width)}  ${help}`);
}
