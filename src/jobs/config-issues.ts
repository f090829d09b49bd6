import type { ErrorObject, ValidateFunction } from 'ajv';
import { didYouMean } from './closest.ts';
import { isRecord } from './record.ts';

/** One thing that is wrong with a config. */
export interface ConfigIssue {
  /** Dotted; empty for the whole. */
  path: string;
  /** With the value found and what was expected. */
  message: string;
}

/** What a validation found, one issue a place, in words. Needs ajv's `verbose` and `allErrors`. */
export function issuesOf(validate: ValidateFunction): ConfigIssue[] {
  const issues = new Map<string, ConfigIssue>();
  for (const error of validate.errors ?? []) {
    if (['if', 'allOf', 'anyOf', 'oneOf'].includes(error.keyword)) continue;
    const issue = issueOf(error);
    if (!issues.has(issue.path)) issues.set(issue.path, issue);
  }
  return [...issues.values()];
}

function issueOf(error: ErrorObject): ConfigIssue {
  const parent = error.instancePath.split('/').slice(1).map(unescapeSegment).join('.');
  const key = keyIn(error.params, 'additionalProperty') ?? keyIn(error.params, 'unevaluatedProperty');
  if (key !== null) {
    const known = isRecord(error.parentSchema?.properties) ? Object.keys(error.parentSchema.properties) : [];
    const message = `unknown setting.${didYouMean(key, known) || ` Known here: ${known.join(', ')}.`}`;
    return { path: parent ? `${parent}.${key}` : key, message };
  }
  return { path: parent, message: `expected ${expectation(error)}, found ${show(error.data)}.${hint(error)}` };
}

function expectation({ keyword, params, message }: ErrorObject): string {
  const limit = String(params.limit ?? '');
  switch (keyword) {
    case 'type':
      return typeNames[String(params.type)] ?? String(params.type);
    case 'enum':
      return `one of ${(params.allowedValues as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
    case 'const':
      return JSON.stringify(params.allowedValue);
    case 'minimum':
      return `at least ${limit}`;
    case 'maximum':
      return `at most ${limit}`;
    case 'exclusiveMinimum':
      return `more than ${limit}`;
    case 'exclusiveMaximum':
      return `less than ${limit}`;
    case 'minLength':
      return 'some text';
    case 'required':
      return `the setting "${params.missingProperty}" here`;
    default:
      return message ?? keyword;
  }
}

const typeNames: Record<string, string> = {
  number: 'a number',
  integer: 'a whole number',
  string: 'text in quotes',
  boolean: 'true or false',
  object: 'settings in { }',
  array: 'a list in [ ]',
  'object,string': 'settings in { }, or a name in quotes',
};

function hint({ keyword, params, data }: ErrorObject): string {
  if (keyword !== 'enum' || typeof data !== 'string') return '';
  return didYouMean(
    data,
    (params.allowedValues as unknown[]).filter((value) => typeof value === 'string'),
  );
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

function keyIn(params: Record<string, unknown>, name: string): string | null {
  const value = params[name];
  return typeof value === 'string' ? value : null;
}

/** RFC 6901. */
function unescapeSegment(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
