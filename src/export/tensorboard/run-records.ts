import { flatten } from '../../jobs/record.ts';
import type { JobEvent } from '../../protocol/events.ts';
import type { RunConfig } from '../../training/config.ts';
import { scalarsOf } from '../scalars.ts';
import {
  scalarRecord,
  sessionEndRecord,
  sessionStartRecord,
  settingsRecord,
  textRecord,
  versionRecord,
} from './messages.ts';

/** How an event file of a run begins: all that is known before its first step. @param time seconds since 1970 */
export function openingRecords(config: RunConfig, time: number): Uint8Array[] {
  const settings = flatten(config);
  const { seed, name, ...others } = settings;
  return [
    versionRecord(time),
    sessionStartRecord(time, 0),
    settingsRecord(time, settings, JSON.stringify(others)),
    textRecord(time, 0, 'config', `\`\`\`json\n${JSON.stringify(config, null, 2)}\n\`\`\``),
  ];
}

/** What one event of the run adds. */
export function recordsOf(event: JobEvent): Uint8Array[] {
  const time = event.t / 1000;
  const scalars = scalarsOf(event);
  const records = scalars && scalars.values.length > 0 ? [scalarRecord(time, scalars.step, scalars.values)] : [];
  if (event.kind === 'done') records.push(sessionEndRecord(time, 'success'));
  if (event.kind === 'status' && event.state === 'failed') records.push(sessionEndRecord(time, 'failure'));
  return records;
}

/** The model card, rendered on the Text page. */
export function cardRecord(card: string, time: number): Uint8Array {
  return textRecord(time, 0, 'model_card', card);
}
