import type { RunSummary } from '../protocol/runs.ts';
import { defaultConfig } from '../training/config.ts';
import { closest } from './closest.ts';
import { flatten } from './record.ts';

export type FieldType = 'number' | 'text' | 'boolean' | 'list' | 'date';
export type FieldValue = number | string | boolean | string[] | null;

/** Something of a run that can be asked for in a query or sorted by. */
export interface RunField {
  name: string;
  type: FieldType;
  /** Which end comes first when sorted without saying so: the best, the newest, A. */
  sortDescending: boolean;
  /** `date`: milliseconds since 1970. */
  read(run: RunSummary): FieldValue;
}

const ownFields: RunField[] = [
  field('val_accuracy', 'number', true, (run) => run.validationAccuracy),
  field('val_loss', 'number', false, (run) => run.validationLoss),
  field('test_accuracy', 'number', true, (run) => run.testAccuracy),
  field('accuracy', 'number', true, (run) => run.accuracy),
  field('loss', 'number', false, (run) => run.loss),
  field('epoch', 'number', true, (run) => run.epoch),
  field('epochs', 'number', true, (run) => run.epochs),
  field('step', 'number', true, (run) => run.step),
  field('best_epoch', 'number', true, (run) => run.bestEpoch),
  field('images_per_second', 'number', true, (run) => run.imagesPerSecond),
  field('duration', 'number', true, (run) =>
    run.startedAt === null ? null : ((run.endedAt ?? Date.now()) - run.startedAt) / 1000,
  ),
  field('created', 'date', true, (run) => run.createdAt),
  field('started', 'date', true, (run) => run.startedAt),
  field('ended', 'date', true, (run) => run.endedAt),
  field('name', 'text', false, (run) => run.name),
  field('id', 'text', false, (run) => run.id),
  field('note', 'text', false, (run) => run.note || null),
  field('state', 'text', false, (run) => run.state),
  field('engine', 'text', false, (run) => run.engine),
  field('device', 'text', false, (run) => run.device),
  field('architecture', 'text', false, (run) => run.architecture),
  field('tag', 'list', false, (run) => run.tags),
  field('trick', 'list', false, (run) => run.tricks),
  field('starred', 'boolean', true, (run) => run.starred),
  field('resumable', 'boolean', true, (run) => run.resumable),
];

/** Other names of the fields above, as they are called in panels and in code. */
const aliases: Record<string, string> = {
  validation_accuracy: 'val_accuracy',
  validation_loss: 'val_loss',
  val_acc: 'val_accuracy',
  acc: 'accuracy',
  created_at: 'created',
  tags: 'tag',
  tricks: 'trick',
  star: 'starred',
  status: 'state',
  model: 'architecture',
};

const configFields: RunField[] = Object.entries(flatten(defaultConfig)).map(([name, value]) => ({
  name,
  type: typeof value === 'string' ? 'text' : (typeof value as 'number' | 'boolean'),
  sortDescending: false,
  read: (run) => run.params[name] ?? null,
}));

const byKey = new Map<string, RunField>();
// A group that has a name is meant by it: `schedule:cosine`.
for (const configField of configFields.filter(({ name }) => name.endsWith('.name'))) {
  const group = configField.name.slice(0, -'.name'.length);
  byKey.set(keyOf(group), configField);
  byKey.set(keyOf(group.slice(group.lastIndexOf('.') + 1)), configField);
}
for (const configField of configFields) {
  const last = keyOf(configField.name.slice(configField.name.lastIndexOf('.') + 1));
  const twice = configFields.filter(({ name }) => keyOf(name).endsWith(`.${last}`)).length > 1;
  if (!twice) byKey.set(last, configField);
  byKey.set(keyOf(configField.name), configField);
}
for (const ownField of ownFields) byKey.set(keyOf(ownField.name), ownField);
for (const [alias, name] of Object.entries(aliases)) byKey.set(keyOf(alias), byKey.get(keyOf(name)) as RunField);

/** All names, for completion: the run's own first, then the paths of the config. */
export const fieldNames: readonly string[] = [...ownFields, ...configFields].map(({ name }) => name);

/** By name, alias, config path or its last part where only one path has it; case, `_` and `-` don't matter. */
export function findField(name: string): RunField | null {
  return byKey.get(keyOf(name)) ?? null;
}

/** The nearest name to one that does not exist, or null. */
export function suggestField(name: string): string | null {
  return closest(name, fieldNames);
}

function keyOf(name: string): string {
  return name.toLowerCase().replace(/[_-]/g, '');
}

function field(name: string, type: FieldType, sortDescending: boolean, read: RunField['read']): RunField {
  return { name, type, sortDescending, read };
}
