import { Problem } from '../problem.ts';
import { defaultConfig, type RunConfig } from '../training/config.ts';
import { closest } from './closest.ts';
import { flatten, isRecord } from './record.ts';

const known = flatten(defaultConfig);

/** Every path that `applySet` takes. */
export const settingPaths: readonly string[] = Object.keys(known);

/**
 * A copy of `config` with one setting changed: `training.epochs=5`. The value is read as the type of the setting; its range
 * is for `assertValidConfig` to check.
 * @throws Problem `bad-set` (no `=`, or a value of another type), `unknown-setting`
 */
export function applySet(config: RunConfig, assignment: string): RunConfig {
  const split = assignment.indexOf('=');
  if (split < 1) {
    throw new Problem('bad-set', `"${assignment}" sets nothing.`, 'Write a setting and a value: training.epochs=5.');
  }
  const name = assignment.slice(0, split).trim();
  const current = Object.hasOwn(known, name) ? known[name] : undefined;
  if (current === undefined) throw unknownSetting(name);
  const copy = structuredClone(config);
  const parts = name.split('.');
  let target: Record<string, unknown> = copy as unknown as Record<string, unknown>;
  for (const part of parts.slice(0, -1)) target = target[part] as Record<string, unknown>;
  target[parts.at(-1) as string] = coerce(name, current, assignment.slice(split + 1));
  return copy;
}

function coerce(name: string, like: string | number | boolean, text: string): string | number | boolean {
  if (typeof like === 'string') return text;
  const trimmed = text.trim();
  if (typeof like === 'boolean') {
    if (trimmed === 'true' || trimmed === 'false') return trimmed === 'true';
    throw new Problem('bad-set', `${name} is true or false; "${text}" is neither.`, `E.g. ${name}=true.`);
  }
  const number = Number(trimmed);
  if (trimmed !== '' && Number.isFinite(number)) return number;
  throw new Problem('bad-set', `${name} is a number; "${text}" is not.`, `E.g. ${name}=${like}.`);
}

function unknownSetting(name: string): Problem {
  const group = name
    .split('.')
    .reduce<unknown>((value, part) => (isRecord(value) ? value[part] : undefined), defaultConfig);
  const inside = isRecord(group) ? Object.keys(flatten(group, name)) : [];
  const near = closest(name, settingPaths);
  const advice = inside.length
    ? `It is a group; set one of ${inside.join(', ')}.`
    : near
      ? `Did you mean "${near}"?`
      : `Settings: ${settingPaths.join(', ')}.`;
  return new Problem('unknown-setting', `There is no setting "${name}".`, advice);
}
