import type { ImageLine } from '../../protocol/journal.ts';

/**
 * Puts together the paths that one image has had: a line may say under which path the journal knew it before, and applying edits to the
 * disk moves it. What was moved once stays one image, also where the move was taken back.
 * @returns the image that a path and content stand for, as a key
 */
export function imageClasses(lines: readonly ImageLine[]): (path: string, hash: string) => string {
  const parent = new Map<string, string>();
  const find = (key: string): string => {
    let root = key;
    for (let next = parent.get(root); next !== undefined; next = parent.get(root)) root = next;
    for (let at = key; at !== root; ) {
      const next = parent.get(at) ?? root;
      parent.set(at, root);
      at = next;
    }
    return root;
  };
  const join = (a: string, b: string, hash: string) => {
    const [one, other] = [find(keyOf(a, hash)), find(keyOf(b, hash))];
    if (one !== other) parent.set(other, one);
  };
  for (const line of lines) {
    if (line.was !== undefined) join(line.was, line.path, line.hash);
    if (line.edit === 'applied' && line.to !== null) join(line.path, line.to, line.hash);
  }
  return (path, hash) => find(keyOf(path, hash));
}

function keyOf(path: string, hash: string): string {
  return `${hash}\0${path}`;
}
