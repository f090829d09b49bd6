import { MessageWriter } from '../../interop/protobuf.ts';
import { encodeRecord } from '../../interop/tfrecord.ts';

/** Field numbers: tensorboard/compat/proto/{event,summary,tensor}.proto and plugins/hparams/{api,plugin_data}.proto. */
const dataType = { float: 1, string: 7 } as const;
const dataClass = { tensor: 2 } as const;
const session = { start: 1 } as const;

export type Setting = string | number | boolean;
export type SessionEnd = 'success' | 'failure';

/** The first record of every event file. @param time seconds since 1970, here and below */
export function versionRecord(time: number): Uint8Array {
  return record(time, 0, new MessageWriter().bytes(3, 'brain.Event:2'));
}

/** Makes void what an earlier file of the same run said of `step` and later ones. */
export function sessionStartRecord(time: number, step: number): Uint8Array {
  return record(time, step, new MessageWriter().message(7, new MessageWriter().integer(1, session.start)));
}

export function scalarRecord(time: number, step: number, values: readonly (readonly [string, number])[]): Uint8Array {
  const summary = new MessageWriter();
  for (const [tag, value] of values) summary.message(1, new MessageWriter().bytes(1, tag).float(2, value));
  return record(time, step, new MessageWriter().message(5, summary));
}

/** @param markdown shown rendered */
export function textRecord(time: number, step: number, tag: string, markdown: string): Uint8Array {
  const tensor = new MessageWriter()
    .integer(1, dataType.string)
    .message(2, new MessageWriter())
    .bytes(8, Buffer.from(markdown));
  const summary = new MessageWriter()
    .bytes(1, tag)
    .message(8, tensor)
    .message(9, metadata('text', new MessageWriter()));
  return record(time, step, new MessageWriter().message(5, new MessageWriter().message(1, summary)));
}

/** Settings of the run, for the HParams page. @param group runs of one group differ in their seeds only */
export function settingsRecord(time: number, settings: Readonly<Record<string, Setting>>, group: string): Uint8Array {
  const start = new MessageWriter().bytes(4, group).double(5, time);
  for (const [name, value] of Object.entries(settings)) start.mapEntry(1, name, settingValue(value));
  return settingsSummary(time, '_hparams_/session_start_info', new MessageWriter().message(3, start));
}

export function sessionEndRecord(time: number, end: SessionEnd): Uint8Array {
  const info = new MessageWriter().integer(1, end === 'success' ? 1 : 2).double(2, time);
  return settingsSummary(time, '_hparams_/session_end_info', new MessageWriter().message(4, info));
}

/** google.protobuf.Value */
function settingValue(value: Setting): MessageWriter {
  if (typeof value === 'number') return new MessageWriter().double(2, value);
  if (typeof value === 'boolean') return new MessageWriter().integer(4, value);
  return new MessageWriter().bytes(3, value);
}

function settingsSummary(time: number, tag: string, content: MessageWriter): Uint8Array {
  // The page reads the metadata; a summary without a value would be dropped before.
  const nothing = new MessageWriter()
    .integer(1, dataType.float)
    .message(2, new MessageWriter().message(2, new MessageWriter().integer(1, 1)))
    .float(5, 0);
  const summary = new MessageWriter().bytes(1, tag).message(8, nothing).message(9, metadata('hparams', content));
  return record(time, 0, new MessageWriter().message(5, new MessageWriter().message(1, summary)));
}

function metadata(plugin: string, content: MessageWriter): MessageWriter {
  const data = new MessageWriter().bytes(1, plugin).message(2, content);
  return new MessageWriter().message(1, data).integer(4, dataClass.tensor);
}

function record(time: number, step: number, what: MessageWriter): Uint8Array {
  return encodeRecord(new MessageWriter().double(1, time).integer(2, step).append(what).finish());
}
