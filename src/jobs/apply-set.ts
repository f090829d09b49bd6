import { Problem } from '../problem.ts';
import { defaultConfig, type RunConfig } from '../training/config.ts';
import { closest } from './closest.ts';
import { completeConfig } from './complete-config.ts';
import { flatten, isRecord } from './record.ts';

/** Every path that `applySet` takes, without the places inside of lists. */
export const settingPaths: readonly string[] = Object.keys(flatten(defaultConfig));

/** Settings that have moved. */
const moved: Record<string, string> = { 'training.earlyStopping.metric': 'training.checkpoints.metric' };

/**
 * A copy of `config` with one setting changed: `training.epochs=5`. The value is read as the type of the setting; its range
 * is for `assertValidConfig` to check. A group with a `name` is set by it (`training.schedule=cosine`). Lists are given as JSON,
 * lists of texts also as `a,b`, and one place of a list by its number: `training.phases.0.size=32`.
 * @throws Problem `bad-set` (no `=`, or a value of another type), `unknown-setting`
 */
export function applySet(config: RunConfig, assignment: string): RunConfig {
  const split = assignment.indexOf('=');
  if (split < 1) {
    throw new Problem('bad-set', `"${assignment}" sets nothing.`, 'Write a setting and a value: training.epochs=5.');
  }
  const given = assignment.slice(0, split).trim();
  const text = assignment.slice(split + 1);
  const inList = /^(.+?)\.(\d+)(?:\.(.+))?$/.exec(given);
  if (inList) return setInList(config, given, inList, text);
  const name = resolve(given);
  const like = valueAt(defaultConfig, name);
  const value = Array.isArray(like) ? readList(name, text) : coerce(name, like as string | number | boolean, text);
  return completeConfig(withValue(config, name, value));
}

/** The path of a setting as it is called now. @throws Problem `unknown-setting` */
function resolve(given: string): string {
  const name = Object.hasOwn(moved, given) ? (moved[given] as string) : given;
  if (settingPaths.includes(name)) return name;
  if (settingPaths.includes(`${name}.name`)) return `${name}.name`;
  throw unknownSetting(given);
}

function setInList(config: RunConfig, given: string, [, list = '', at, key]: RegExpExecArray, text: string): RunConfig {
  const name = resolve(list);
  const entries = valueAt(config, name);
  if (!Array.isArray(entries)) throw unknownSetting(given);
  const place = Number(at);
  if (place > entries.length) {
    const why = `${name} has ${entries.length} entries; there is no place ${place}.`;
    throw new Problem('bad-set', why, `Set ${name}.${entries.length} first: places count from 0.`);
  }
  const value = readJson(text) ?? text;
  const before: unknown = entries[place];
  const entry = key === undefined ? value : { ...(isRecord(before) ? before : {}), [key]: value };
  return completeConfig(withValue(config, name, [...entries.slice(0, place), entry, ...entries.slice(place + 1)]));
}

function readList(name: string, text: string): unknown[] {
  const trimmed = text.trim();
  if (!trimmed.startsWith('[')) return trimmed === '' ? [] : trimmed.split(',').map((part) => part.trim());
  const list = readJson(trimmed);
  if (Array.isArray(list)) return list;
  throw new Problem('bad-set', `${name} is a list; "${text}" is not valid JSON.`, `E.g. ${name}=[].`);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function valueAt(config: RunConfig, name: string): unknown {
  return name.split('.').reduce<unknown>((value, part) => (isRecord(value) ? value[part] : undefined), config);
}

function withValue(config: RunConfig, name: string, value: unknown): unknown {
  const copy = structuredClone(config);
  const parts = name.split('.');
  let target = copy as unknown as Record<string, unknown>;
  for (const part of parts.slice(0, -1)) target = target[part] as Record<string, unknown>;
  target[parts.at(-1) as string] = value;
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
