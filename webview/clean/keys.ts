/** What a key asks for in the list of candidates. */
export type ListCommand =
  | { do: 'keep' | 'exclude' | 'delete' | 'dismiss' | 'relabel' | 'restore'; alike: boolean }
  | { do: 'accept' | 'undo' | 'redo' | 'select' | 'clear' | 'help' | 'open' | 'find' }
  | { do: 'move'; by: 'row' | 'page' | 'end'; way: 1 | -1; extend: boolean }
  | { do: 'image'; way: 1 | -1 };

export interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

const acts = { k: 'keep', x: 'exclude', d: 'delete', n: 'dismiss', r: 'relabel', b: 'restore' } as const;

/** Null: none of ours. With Ctrl or ⌘ only VS Code's own (undo, save, find) are meant. */
export function listCommand({ key, shiftKey, ctrlKey, metaKey, altKey }: Key): ListCommand | null {
  if (ctrlKey || metaKey || altKey) return null;
  const act = acts[key.toLowerCase() as keyof typeof acts];
  if (act) return { do: act, alike: shiftKey };
  const move = (by: 'row' | 'page' | 'end', way: 1 | -1): ListCommand => ({ do: 'move', by, way, extend: shiftKey });
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return move('row', 1);
    case 'ArrowUp':
      return move('row', -1);
    case 'J':
      return { do: 'move', by: 'row', way: -1, extend: false };
    case 'PageDown':
      return move('page', 1);
    case 'PageUp':
      return move('page', -1);
    case 'Home':
      return move('end', -1);
    case 'End':
      return move('end', 1);
    case 'ArrowRight':
      return { do: 'image', way: 1 };
    case 'ArrowLeft':
      return { do: 'image', way: -1 };
    case 'Enter':
      return { do: 'accept' };
    case ' ':
      return { do: 'select' };
    case 'Escape':
      return { do: 'clear' };
    case 'u':
      return { do: 'undo' };
    case 'U':
      return { do: 'redo' };
    case '?':
      return { do: 'help' };
    case '/':
      return { do: 'find' };
    case 'o':
      return { do: 'open' };
    default:
      return null;
  }
}

/** What `?` shows. */
export const keyHelp: readonly (readonly [keys: string, text: string])[] = [
  ['K', 'Keep: the label is right, the picture is fine. Of copies: keep this one, leave the others out'],
  ['Enter', 'Relabel to the suggested class'],
  ['R', 'Relabel: type a class, or press its digit'],
  ['X', 'Exclude from training'],
  ['D', 'Delete: into the trash when the edits are applied'],
  ['N', 'Not an issue: never shown again'],
  ['B', 'Bring back what was excluded or deleted'],
  ['Shift + one of these', 'The same for all like this: same kind, same classes, at least as sure'],
  ['↓ ↑, J Shift+J', 'Next, previous'],
  ['← →', 'Another image of the row'],
  ['Space, Shift+↓ ↑', 'Select several; Esc clears'],
  ['U, Shift+U', 'Undo, redo (as Ctrl+Z, Ctrl+Y)'],
  ['O', 'Open the image'],
  ['/', 'To the query box'],
];

/**
 * Which digit picks which class: a class that is called like a digit has that one; the others go to the suggested classes, then to
 * the most frequent.
 */
export function digitKeys(
  classes: readonly { name: string; count: number }[],
  first: readonly string[],
): Map<string, string> {
  const digits = [...'1234567890'];
  const keys = new Map<string, string>();
  const known = new Set(classes.map(({ name }) => name));
  for (const digit of digits) if (known.has(digit)) keys.set(digit, digit);
  const rest = [...classes].sort((a, b) => b.count - a.count).map(({ name }) => name);
  const wanted = [...new Set([...first.filter((name) => known.has(name)), ...rest])].filter((name) => !keys.has(name));
  for (const digit of digits) {
    if (keys.has(digit)) continue;
    const name = wanted.shift();
    if (name === undefined) break;
    keys.set(digit, name);
  }
  return keys;
}

/** Classes whose name holds what was typed, those that begin with it first. */
export function matchingClasses(classes: readonly string[], typed: string): string[] {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return [...classes];
  const begins = classes.filter((name) => name.toLowerCase().startsWith(wanted));
  const holds = classes.filter((name) => !begins.includes(name) && name.toLowerCase().includes(wanted));
  return [...begins, ...holds];
}
