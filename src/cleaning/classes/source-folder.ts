/**
 * The folder that an image comes from, as far as it is not its class or its split: `siteA/train/cats/1.jpg` of class `cats` is from
 * `siteA`. Null: nothing else is left.
 */
export function sourceFolder(path: string, label: string, split: string | null): string | null {
  const parts = path.split('/').slice(0, -1);
  const known = new Set([label.toLowerCase(), ...(split === null ? [] : [split, ...(aliases[split] ?? [])])]);
  const left = parts.filter((part) => !known.has(part.toLowerCase()));
  return left.length > 0 ? left.join('/') : null;
}

const aliases: Partial<Record<string, string[]>> = {
  validation: ['val', 'valid'],
  test: ['testing'],
  train: ['training'],
};
