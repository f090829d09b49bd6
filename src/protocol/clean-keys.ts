/** What one key does in the cleaning panel. */
export type CleanKeyAct =
  | 'keep'
  | 'accept'
  | 'relabel'
  | 'exclude'
  | 'delete'
  | 'dismiss'
  | 'restore'
  | 'open'
  | 'filter'
  | 'undo'
  | 'redo';

export interface CleanKey {
  act: CleanKeyAct;
  /** The same for all like it. */
  alike: boolean;
  /** As the manifest writes it, e.g. `shift+k`. */
  key: string;
}

const one = (act: CleanKeyAct, key: string): CleanKey => ({ act, alike: false, key });
const oneAndAlike = (act: CleanKeyAct, key: string): CleanKey[] => [
  one(act, key),
  { act, alike: true, key: `shift+${key}` },
];

/**
 * The keys that VS Code dispatches to the cleaning panel, as the manifest contributes them: users change them in the Keyboard Shortcuts editor.
 * A test keeps the manifest equal. What the page alone understands (arrows, Space, digits) is in `webview/clean/keys.ts`.
 */
export const cleanKeys: readonly CleanKey[] = [
  ...oneAndAlike('keep', 'k'),
  one('accept', 'enter'),
  ...oneAndAlike('relabel', 'r'),
  ...oneAndAlike('exclude', 'x'),
  ...oneAndAlike('delete', 'd'),
  ...oneAndAlike('dismiss', 'n'),
  ...oneAndAlike('restore', 'b'),
  one('open', 'o'),
  one('filter', 'ctrl+f'),
  one('undo', 'u'),
  one('redo', 'shift+u'),
];

/** How a key is shown, e.g. `K`, `Shift+K`, `Enter`. */
export function keyText(key: string): string {
  return key
    .split('+')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('+');
}

/** The default key of an act on one image, as it is shown. */
export function keyOf(act: CleanKeyAct): string {
  return keyText(cleanKeys.find((entry) => entry.act === act && !entry.alike)?.key ?? '');
}
