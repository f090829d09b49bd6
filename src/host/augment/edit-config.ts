import { parseConfig } from '../../jobs/config-file.ts';
import { applyChanges, setJsonValue } from '../../jobs/jsonc-edit.ts';
import type { SettingValues } from '../../protocol/augment-panel.ts';
import { changedValues, valuesOf } from './controls.ts';

/** Part of a text and what is to stand there. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/**
 * The smallest edit after which a config's text has these values; null: it has them already. Comments and formatting stay, and
 * only what differs is written.
 * @throws Problem where the text is no valid config
 */
export async function editFor(
  text: string,
  where: string,
  values: SettingValues,
  schemaFile: string,
): Promise<TextEdit | null> {
  const before = valuesOf(await parseConfig(text, where, schemaFile));
  let after = text;
  for (const [path, value] of Object.entries(changedValues(values, before))) {
    after = applyChanges(after, setJsonValue(after, path.split('.'), value));
  }
  return smallestEdit(text, after);
}

/** What takes an edit of a text back. */
export function inverseOf(before: string, { start, end, text }: TextEdit): TextEdit {
  return { start, end: start + text.length, text: before.slice(start, end) };
}

/** What lies between the common beginning and the common end. */
export function smallestEdit(before: string, after: string): TextEdit | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let tail = 0;
  while (tail < most - start && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return { start, end: before.length - tail, text: after.slice(start, after.length - tail) };
}
