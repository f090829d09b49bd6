import fs from 'node:fs';
import path from 'node:path';
import type { ValidateFunction } from 'ajv';
import { Problem } from '../problem.ts';
import { defaultConfig, type ModelConfig, type RunConfig } from '../training/config.ts';
import { type AugmentConfig, augmentRanges } from '../training/config-augment.ts';
import { completeConfig } from './complete-config.ts';
import { type ConfigIssue, issuesOf } from './config-issues.ts';
import { fsProblem } from './fs-problem.ts';
import { lineAndColumn, stripComments } from './jsonc.ts';
import { isRecord } from './record.ts';

export const CONFIG_SUFFIX = '.loupe.json';

export interface LoadedConfig {
  config: RunConfig;
  /** Absolute folder of the file: `config.data.source` is relative to it. */
  base: string;
}

/** A config that is not valid; `issues` has every place. */
export class ConfigProblem extends Problem {
  readonly issues: readonly ConfigIssue[];

  constructor(where: string, issues: readonly ConfigIssue[]) {
    const lines = issues.map(({ path: at, message }) => (at ? `${at}: ${message}` : message));
    super(
      'bad-config',
      lines.length === 1 ? `${where}: ${lines[0]}` : `${where} has ${lines.length} mistakes:\n  ${lines.join('\n  ')}`,
      'Correct it and try again; the editor completes and explains every setting.',
    );
    this.issues = issues;
  }
}

/**
 * Reads a `*.loupe.json`; settings that are left out get their defaults. Comments and trailing commas are allowed, and a
 * `$schema`.
 * @param schemaFile default: `media/loupe.schema.json` beside the code; the extension host gives its own path.
 * @throws ConfigProblem; Problem `bad-json` (with line and column), `folder-missing`, `no-permission`
 */
export async function loadConfigFile(file: string, schemaFile?: string): Promise<LoadedConfig> {
  let text: string;
  try {
    text = fs.readFileSync(file, 'utf8');
  } catch (error) {
    throw fsProblem(error, 'read', file);
  }
  return { config: await parseConfig(text, file, schemaFile), base: path.dirname(path.resolve(file)) };
}

/**
 * As `loadConfigFile`, of a text.
 * @param where what to call the text in messages
 */
export async function parseConfig(text: string, where: string, schemaFile?: string): Promise<RunConfig> {
  const value = parseJson(text, where);
  const given = isRecord(value) ? withoutKey(value, '$schema') : value;
  await assertValidConfig(given, where, schemaFile);
  return completeConfig(given);
}

/** @throws ConfigProblem */
export async function assertValidConfig(value: unknown, where: string, schemaFile?: string): Promise<void> {
  const issues = await findConfigIssues(value, schemaFile);
  if (issues.length) throw new ConfigProblem(where, issues);
}

/** Everything that is wrong with a (partial) config: against the JSON Schema, and between its settings. */
export async function findConfigIssues(value: unknown, schemaFile?: string): Promise<ConfigIssue[]> {
  const validate = await loadValidator(schemaFile ?? (await ownSchema()));
  if (!validate(value)) return issuesOf(validate);
  return contradictions(completeConfig(value));
}

/** What a schema can't say. */
function contradictions({ data, input, augment, model, training }: RunConfig): ConfigIssue[] {
  const issues: ConfigIssue[] = [...augmentContradictions(augment), ...modelContradictions(model)];
  if (
    (input.normalize === 'imagenet' || input.normalize === 'caffe') &&
    (input.color === 'hsv' || input.color === 'lab')
  ) {
    const message = `ImageNet's statistics are those of RGB, not of ${input.color}; expected "data-set" or another.`;
    issues.push({ path: 'input.normalize', message });
  }
  if (data.validation + data.test > 0.95) {
    const message = `validation ${data.validation} and test ${data.test} leave too little to train on; expected at most 0.95 together.`;
    issues.push({ path: 'data.validation', message });
  }
  if (training.timeBudget > 0 && training.phases.length > 0) {
    const message = 'phases have epochs of their own; expected 0 beside them.';
    issues.push({ path: 'training.timeBudget', message });
  }
  try {
    new RegExp(data.groupPattern, 'u');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    issues.push({ path: 'data.groupPattern', message: `not a regular expression: ${why}.` });
  }
  return issues;
}

/** Networks that are used as others designed them don't take every setting: one that did nothing would mislead. */
function modelContradictions(model: ModelConfig): ConfigIssue[] {
  const { architecture } = model;
  const isResNet = /^resnet\d+$/.test(architecture);
  const issues: ConfigIssue[] = [];
  if (model.stochasticDepth > 0 && !isResNet) {
    const message = `${architecture} has no residual blocks that could be left out; expected 0, or a ResNet.`;
    issues.push({ path: 'model.stochasticDepth', message });
  }
  if (isResNet || architecture === 'small-cnn') return issues;
  for (const setting of ['activation', 'depth', 'kernelSize'] as const) {
    const expected = defaultConfig.model[setting];
    if (model[setting] === expected) continue;
    const message = `${architecture} is as its authors made it; expected ${JSON.stringify(expected)}, or small-cnn or a ResNet.`;
    issues.push({ path: `model.${setting}`, message });
  }
  return issues;
}

function augmentContradictions(augment: AugmentConfig): ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  for (const [group, low, high] of augmentRanges) {
    const values: Record<string, unknown> = { ...augment[group] };
    if (Number(values[low]) <= Number(values[high])) continue;
    const message = `expected at most ${high} (${values[high]}), found ${values[low]}.`;
    issues.push({ path: `augment.${group}.${low}`, message });
  }
  const mixed = augment.mixUp.probability + augment.cutMix.probability;
  if (mixed > 1 + 1e-9) {
    const message = `mixUp ${augment.mixUp.probability} and cutMix ${augment.cutMix.probability} are shares of the same images; expected at most 1 together.`;
    issues.push({ path: 'augment.mixUp.probability', message });
  }
  return issues;
}

/** Found through `import.meta.url`, which the extension host's bundle does not have: it gives the path itself. */
async function ownSchema(): Promise<string> {
  const { mediaFile } = await import('../entries.ts');
  return mediaFile('loupe.schema.json');
}

const validators = new Map<string, Promise<ValidateFunction>>();

/** ajv is loaded on first use only: whoever imports this file does not pay for it. */
function loadValidator(schemaFile: string): Promise<ValidateFunction> {
  const known = validators.get(schemaFile);
  if (known) return known;
  const made = (async () => {
    const { compileSchema } = await import('./config-validator.ts');
    return compileSchema(JSON.parse(fs.readFileSync(schemaFile, 'utf8')));
  })();
  validators.set(schemaFile, made);
  made.catch(() => validators.delete(schemaFile));
  return made;
}

function parseJson(text: string, where: string): unknown {
  const plain = stripComments(text);
  try {
    return JSON.parse(plain);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = /position (\d+)/.exec(message)?.[1] ?? (/end of JSON/.test(message) ? plain.trimEnd().length : null);
    const place = offset === null ? null : lineAndColumn(plain, Number(offset));
    const at = place ? ` at line ${place.line}, column ${place.column}` : '';
    const why = message.replace(/ in JSON at position.*$/s, '').replace(/, ?"[\s\S]*$/, '');
    throw new Problem('bad-json', `${where} is not valid JSON${at}: ${why}.`, 'Correct it there.');
  }
}

function withoutKey(record: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
