import fs from 'node:fs';
import path from 'node:path';
import type { ParamValue } from '../../protocol/compare.ts';
import { type Field, readFields } from '../protobuf.ts';
import { readRecords } from '../tfrecord.ts';
import { type ForeignRun, foreignRun, type ScalarPoint } from './foreign-run.ts';

const EVENT_FILE = /^events\.out\.tfevents\./;
/** Folders in which Keras, Lightning and others put what belongs to one run. */
const parts: Record<string, string> = {
  train: '',
  training: '',
  validation: 'val_',
  val: 'val_',
  eval: 'val_',
  test: 'test_',
};

export function isTensorBoard(names: readonly string[]): boolean {
  return names.some((name) => EVENT_FILE.test(name));
}

/** Name of the run that a folder of event files is part of: `x/train` and `x/validation` are parts of `x`. */
export function runOfEvents(folder: string): string {
  return path.basename(folder) in parts ? path.dirname(folder) : folder;
}

/** The scalars in one folder's event files, and in those of its parts, with the hyper-parameters that were logged. */
export function readTensorBoard(folder: string, name: string): ForeignRun {
  const scalars = new Map<string, ScalarPoint[]>();
  const params: Record<string, ParamValue> = {};
  let createdAt = Number.POSITIVE_INFINITY;
  for (const [part, prefix] of [['.', ''], ...Object.entries(parts)] as [string, string][]) {
    for (const file of eventFiles(path.join(folder, part))) {
      createdAt = Math.min(createdAt, fs.statSync(file).mtimeMs);
      for (const record of readRecords(fs.readFileSync(file)).records) takeEvent(record, prefix, scalars, params);
    }
  }
  return foreignRun({ folder, name, tool: 'TensorBoard', scalars, params, createdAt });
}

function eventFiles(folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  const names = fs.readdirSync(folder).filter((name) => EVENT_FILE.test(name));
  return names.sort().map((name) => path.join(folder, name));
}

/** `tensorflow.Event`: wall_time 1, step 2, summary 5. A damaged event is left out. */
function takeEvent(
  record: Uint8Array,
  prefix: string,
  scalars: Map<string, ScalarPoint[]>,
  params: Record<string, ParamValue>,
): void {
  try {
    const fields = [...readFields(record)];
    const wallTime = doubleOf(fields, 1) ?? Number.NaN;
    const step = fields.find((field) => field.number === 2);
    for (const summary of bytesOf(fields, 5)) {
      for (const value of bytesOf([...readFields(summary)], 1)) {
        takeValue([...readFields(value)], { step: step?.kind === 'integer' ? step.value : 0, wallTime });
      }
    }
  } catch {
    return;
  }

  /** `Summary.Value`: tag 1, simple_value 2, tensor 8, metadata 9. */
  function takeValue(fields: Field[], at: { step: number; wallTime: number }): void {
    const tag = textOf(fields, 1);
    // What stands in their place for a number is none.
    const settings = tag.startsWith('_hparams_/');
    if (settings) Object.assign(params, hyperParameters(fields));
    const value = settings ? null : scalarOf(fields);
    if (!tag || value === null) return;
    // Keras counts the steps of these from 0, one an epoch.
    const isEpoch = /^epoch_/.test(tag);
    const name = prefix + tag;
    const points = scalars.get(name) ?? [];
    scalars.set(name, points);
    points.push({ ...at, step: isEpoch ? Number.NaN : at.step, epoch: isEpoch ? at.step + 1 : Number.NaN, value });
  }
}

function scalarOf(fields: Field[]): number | null {
  const simple = fields.find((field) => field.number === 2);
  if (simple?.kind === 'fixed32') return simple.bytes.getFloat32(0, true);
  const [tensor] = bytesOf(fields, 8);
  return tensor ? scalarTensor([...readFields(tensor)]) : null;
}

const FLOAT = 1;
const DOUBLE = 2;

/** `TensorProto` of one number: dtype 1, tensor_shape 2, tensor_content 4, float_val 5, double_val 6. Others are no scalars. */
function scalarTensor(fields: Field[]): number | null {
  const type = fields.find((field) => field.number === 1);
  const dtype = type?.kind === 'integer' ? type.value : 0;
  if (dtype !== FLOAT && dtype !== DOUBLE) return null;
  const width = dtype === FLOAT ? 4 : 8;
  const [content] = [...bytesOf(fields, 4), ...bytesOf(fields, dtype === FLOAT ? 5 : 6)].filter(
    ({ length }) => length > 0,
  );
  if (content) return content.length === width ? numberIn(content, dtype) : null;
  const single = fields.find((field) => field.number === (dtype === FLOAT ? 5 : 6));
  if (single?.kind === 'fixed32') return single.bytes.getFloat32(0, true);
  return single?.kind === 'fixed64' ? single.bytes.getFloat64(0, true) : null;
}

function numberIn(bytes: Uint8Array, dtype: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return dtype === FLOAT ? view.getFloat32(0, true) : view.getFloat64(0, true);
}

/**
 * Summary.Value → metadata 9 → plugin_data 1 → content 2 (`HParamsPluginData`) → session_start_info 3 → hparams 1, a map from
 * names to `google.protobuf.Value` (number 2, string 3, bool 4).
 */
function hyperParameters(value: Field[]): Record<string, ParamValue> {
  const inside = (messages: Uint8Array[], number: number) =>
    messages.flatMap((message) => bytesOf([...readFields(message)], number));
  const entries = inside(inside(inside(inside(bytesOf(value, 9), 1), 2), 3), 1);
  const params: Record<string, ParamValue> = {};
  for (const entry of entries) {
    const fields = [...readFields(entry)];
    const [content] = bytesOf(fields, 2);
    const param = content ? paramIn([...readFields(content)]) : null;
    if (param !== null) params[textOf(fields, 1)] = param;
  }
  return params;
}

function paramIn(fields: Field[]): ParamValue | null {
  for (const field of fields) {
    if (field.number === 2 && field.kind === 'fixed64') return field.bytes.getFloat64(0, true);
    if (field.number === 3 && field.kind === 'bytes') return new TextDecoder().decode(field.bytes);
    if (field.number === 4 && field.kind === 'integer') return field.value !== 0;
  }
  return null;
}

function bytesOf(fields: readonly Field[], number: number): Uint8Array[] {
  return fields.flatMap((field) => (field.number === number && field.kind === 'bytes' ? [field.bytes] : []));
}

function textOf(fields: readonly Field[], number: number): string {
  const [bytes] = bytesOf(fields, number);
  return bytes ? new TextDecoder().decode(bytes) : '';
}

function doubleOf(fields: readonly Field[], number: number): number | null {
  const field = fields.find((field) => field.number === number);
  return field?.kind === 'fixed64' ? field.bytes.getFloat64(0, true) : null;
}
