import { type CleanKeyAct, keyOf } from '../../src/protocol/clean-keys.ts';

/** What a key or a command of VS Code asks for in the list of candidates. */
export type ListCommand =
  | { do: 'keep' | 'exclude' | 'delete' | 'dismiss' | 'relabel' | 'restore'; alike: boolean }
  | { do: 'accept' | 'undo' | 'redo' | 'select' | 'clear' | 'help' | 'open' | 'filter' }
  | { do: 'move'; by: 'row' | 'page' | 'end'; way: 1 | -1; extend: boolean }
  | { do: 'image'; way: 1 | -1 };

export interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

/** What VS Code has a key or a command for. */
export function actCommand(act: CleanKeyAct, alike: boolean): ListCommand {
  switch (act) {
    case 'accept':
    case 'open':
    case 'filter':
    case 'undo':
    case 'redo':
      return { do: act };
    default:
      return { do: act, alike };
  }
}

/**
 * The keys by which a list is walked through and its rows are selected, as everywhere. Null: none of them. What is done with a row has a
 * keybinding of VS Code (`cleanKeys`), which comes back as a command.
 */
export function listCommand({ key, shiftKey, ctrlKey, metaKey, altKey }: Key): ListCommand | null {
  if (ctrlKey || metaKey || altKey) return null;
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
    case ' ':
      return { do: 'select' };
    case 'Escape':
      return { do: 'clear' };
    case '?':
      return { do: 'help' };
    case '/':
      return { do: 'filter' };
    default:
      return null;
  }
}

/** A key that writes or presses something where the focus is: VS Code is not to take it for one of its keybindings. */
export function isPlainKey({ key, ctrlKey, metaKey, altKey }: Key): boolean {
  return !ctrlKey && !metaKey && !altKey && (key.length === 1 || key === 'Enter');
}

/** What `?` shows. */
export const keyHelp: readonly (readonly [keys: string, text: string])[] = [
  [keyOf('keep'), 'Keep: the label is right, the picture is fine. Of copies: keep this one, leave the others out'],
  [keyOf('accept'), 'Relabel to the suggested class'],
  [keyOf('relabel'), 'Relabel: type a class, or press its digit'],
  [keyOf('exclude'), 'Exclude from training'],
  [keyOf('delete'), 'Delete: into the trash when the edits are applied'],
  [keyOf('dismiss'), 'Not an issue: never shown again'],
  [keyOf('restore'), 'Bring back what was excluded or deleted'],
  ['Shift + one of these', 'The same for all like this: same kind, same classes, at least as sure'],
  ['↓ ↑, J Shift+J', 'Next, previous'],
  ['← →', 'Another image of the row'],
  ['Space, Shift+↓ ↑', 'Select several; Esc clears'],
  [`${keyOf('undo')}, ${keyOf('redo')}`, 'Undo, redo (as Ctrl+Z, Ctrl+Y)'],
  [keyOf('open'), 'Open the image'],
  [`/, ${keyOf('filter')}`, 'To the query box'],
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
