import type { ImageRecord } from './types.ts';

/**
 * Puts together what must not part: images with the same group or byte-identical content, also by way of a third one
 * (union–find).
 * @param pool indices into `images` to look at.
 * @returns the members of each unit, in the order of their first image.
 */
export function splitUnits(images: Pick<ImageRecord, 'group' | 'hash'>[], pool: number[]): number[][] {
  const parent = new Map<number, number>(pool.map((i) => [i, i]));
  const find = (i: number): number => {
    let root = i;
    while (parent.get(root) !== root) root = parent.get(root) as number;
    for (let at = i; at !== root; ) {
      const next = parent.get(at) as number;
      parent.set(at, root);
      at = next;
    }
    return root;
  };
  const first = new Map<string, number>();
  const join = (key: string, i: number) => {
    const other = first.get(key);
    if (other === undefined) first.set(key, i);
    else parent.set(find(i), find(other));
  };
  for (const i of pool) {
    const image = images[i] as Pick<ImageRecord, 'group' | 'hash'>;
    join(`hash:${image.hash}`, i);
    if (image.group !== null) join(`group:${image.group}`, i);
  }
  const units = new Map<number, number[]>();
  for (const i of pool) {
    const root = find(i);
    const unit = units.get(root);
    if (unit) unit.push(i);
    else units.set(root, [i]);
  }
  return [...units.values()];
}
