import { fillDefaults, flatten, isRecord, type JsonRecord } from '../../jobs/record.ts';
import type { SettingControl, SettingGroup, SettingValue, SettingValues } from '../../protocol/augment-panel.ts';
import { defaultConfig, type RunConfig } from '../../training/config.ts';

/** Sections of the config that the panel shows. */
const sections = ['augment', 'input'] as const;

export type ShownSections = Pick<RunConfig, (typeof sections)[number]>;

/** The panel's settings as the JSON Schema describes them: a group a section or operation. */
export function settingGroups(schema: unknown): SettingGroup[] {
  const root = propertiesOf(schema);
  const augment = propertiesOf(root.augment);
  const single = Object.entries(augment).filter(([, node]) => typeOf(node) !== 'object');
  const operations = Object.entries(augment).filter(([, node]) => typeOf(node) === 'object');
  return [
    ...operations.map(([name, node]) => {
      const group = groupOf(`augment.${name}`, node);
      // A lone setting stands with what it changes.
      const beside = name === 'brightness' ? single : [];
      const others = beside.map(([other, child]) => controlOf(`augment.${other}`, child));
      return { ...group, controls: [...group.controls, ...others] };
    }),
    groupOf('input', root.input),
  ];
}

function groupOf(path: string, node: unknown): SettingGroup {
  return {
    path,
    title: textOf(node, 'title'),
    description: textOf(node, 'description'),
    controls: Object.entries(propertiesOf(node)).map(([name, child]) => controlOf(`${path}.${name}`, child)),
  };
}

function controlOf(path: string, node: unknown): SettingControl {
  const record: JsonRecord = isRecord(node) ? node : {};
  const values = Array.isArray(record.enum) ? record.enum.map(String) : [];
  const descriptions = Array.isArray(record.enumDescriptions) ? record.enumDescriptions.map(String) : [];
  const type = values.length > 0 ? 'choice' : typeOf(node);
  return {
    path,
    title: textOf(node, 'title'),
    description: textOf(node, 'description'),
    type: type === 'choice' || type === 'boolean' || type === 'integer' ? type : 'number',
    min: Number(record.minimum ?? 0),
    max: Number(record.maximum ?? 1),
    options: values.map((value, i) => ({ value, description: descriptions[i] ?? '' })),
  };
}

function propertiesOf(node: unknown): JsonRecord {
  return isRecord(node) && isRecord(node.properties) ? node.properties : {};
}

function typeOf(node: unknown): string {
  return textOf(node, 'type');
}

function textOf(node: unknown, key: string): string {
  const value = isRecord(node) ? node[key] : undefined;
  return typeof value === 'string' ? value : '';
}

/** Dotted path → value of the shown sections. */
export function valuesOf(config: ShownSections): SettingValues {
  return flatten({ augment: config.augment, input: config.input });
}

export const defaultValues = valuesOf(defaultConfig);

/** The sections that flat values stand for, defaults where they are silent; what is no setting is left out. */
export function sectionsOf(values: SettingValues): ShownSections {
  const { augment, input } = defaultConfig;
  return fillDefaults({ augment, input }, nested(known(values))) as ShownSections;
}

/** Values that another one than `base` has, nested as in a config file; sections without any are left out. */
export function changedSections(values: SettingValues, base: SettingValues = defaultValues): JsonRecord {
  return nested(changedValues(values, base));
}

export function changedValues(values: SettingValues, base: SettingValues): SettingValues {
  return Object.fromEntries(Object.entries(known(values)).filter(([path, value]) => base[path] !== value));
}

function known(values: SettingValues): SettingValues {
  return Object.fromEntries(
    Object.entries(values).filter(([path, value]) => typeof defaultValues[path] === typeof value),
  );
}

function nested(values: SettingValues): JsonRecord {
  const root: JsonRecord = {};
  for (const [path, value] of Object.entries(values)) place(root, path.split('.'), value);
  return root;
}

function place(target: JsonRecord, [key = '', ...rest]: string[], value: SettingValue): void {
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const inner = isRecord(target[key]) ? target[key] : {};
  target[key] = inner;
  place(inner, rest, value);
}
