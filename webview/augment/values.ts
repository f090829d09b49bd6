import type { SettingControl, SettingGroup, SettingValue, SettingValues } from '../../src/protocol/augment-panel.ts';
import type { LabelSafetyReport } from '../../src/protocol/augment-preview.ts';
import { percent } from '../ui/format.ts';

/** What a group does now, in a word: `off`, `75%`, `on`, `64 × 64`. */
export function stateOf(group: SettingGroup, values: SettingValues): string {
  if (group.path === 'input') return `${values['input.width']} × ${values['input.height']} ${values['input.color']}`;
  if (group.path === 'augment.fill') return String(values['augment.fill.mode']);
  if (group.path === 'augment.policy') {
    const name = String(values['augment.policy.name']);
    return name === 'none' ? 'off' : name;
  }
  const shares = probabilitiesOf(group, values);
  const most = Math.max(0, ...shares);
  return most === 0 ? 'off' : percent(most, 0);
}

export function isOn(group: SettingGroup, values: SettingValues): boolean {
  if (group.path === 'augment.policy') return values['augment.policy.name'] !== 'none';
  return probabilitiesOf(group, values).some((share) => share > 0);
}

function probabilitiesOf(group: SettingGroup, values: SettingValues): number[] {
  const paths = group.path === 'augment.flip' ? group.controls : group.controls.filter(isProbability);
  return paths.map(({ path }) => Number(values[path] ?? 0));
}

function isProbability({ path }: SettingControl): boolean {
  return path.endsWith('.probability');
}

/** A slider's step for a range. */
export function stepOf({ type, min, max }: SettingControl): number {
  if (type === 'integer') return 1;
  const range = max - min;
  if (range <= 1) return 0.01;
  return range <= 20 ? 0.05 : 1;
}

/** The values of `next` that `base` does not have. */
export function differing(next: SettingValues, base: SettingValues): SettingValues {
  return Object.fromEntries(Object.entries(next).filter(([path, value]) => base[path] !== value));
}

/** The preset whose values these are; null: none. */
export function presetOf(
  values: SettingValues,
  presets: readonly { name: string; values: SettingValues }[],
): string | null {
  return presets.find((preset) => Object.keys(differing(preset.values, values)).length === 0)?.name ?? null;
}

/** Within the control's range; null: no number. */
export function readNumber(text: string, { type, min, max }: SettingControl): SettingValue | null {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return null;
  const inside = Math.min(max, Math.max(min, value));
  return type === 'integer' ? Math.round(inside) : inside;
}

/** Paths of the groups with an operation that was flagged; `stale` those whose settings have changed since. */
export function flagsOf(
  report: LabelSafetyReport,
  checked: SettingValues,
  values: SettingValues,
): Map<string, { classes: string[]; changed: number; isStale: boolean }> {
  const flags = new Map<string, { classes: string[]; changed: number; isStale: boolean }>();
  for (const { operation, flagged, perClass, changed } of report.operations) {
    if (!flagged || operation === 'all') continue;
    const path = groupPathOf(operation);
    const classes = perClass.filter((entry) => entry.flagged).map(({ className }) => className);
    const before = flags.get(path);
    flags.set(path, {
      classes: [...new Set([...(before?.classes ?? []), ...classes])],
      changed: Math.max(before?.changed ?? 0, changed),
      isStale: isChanged(path, checked, values),
    });
  }
  return flags;
}

/** `flip.horizontal` → `augment.flip`. */
export function groupPathOf(operation: string): string {
  return `augment.${operation.split('.')[0]}`;
}

export function isChanged(path: string, checked: SettingValues, values: SettingValues): boolean {
  return Object.keys(differing(values, checked)).some((changed) => changed.startsWith(`${path}.`));
}
