import { paletteSize } from '../ui/palette-size.ts';

/** Line patterns: beyond the palette's end, runs are told apart by these, and by the marker of their point in the scatter. */
const dashes: readonly (readonly number[])[] = [[], [7, 4], [2, 3], [11, 3, 2, 3], [16, 5]];
export const markers = ['circle', 'square', 'triangle', 'diamond', 'cross'] as const;
export type Marker = (typeof markers)[number];

const slots = paletteSize * dashes.length;

export interface Look {
  /** Position in the palette. */
  color: number;
  dash: readonly number[];
  marker: Marker;
}

export function lookAt(slot: number): Look {
  const round = Math.floor(slot / paletteSize) % dashes.length;
  return { color: slot % paletteSize, dash: dashes[round]!, marker: markers[round]! };
}

/**
 * A slot for each run: the one it had, else the one that its id points to, or the next that no other run shown has. Plain colours go
 * first. With more runs than slots, slots are shared.
 * @param ids oldest first: a run that joins changes nobody's look.
 */
export function assignLooks(ids: readonly string[], known: Readonly<Record<string, number>>): Record<string, number> {
  const looks: Record<string, number> = {};
  const taken = new Set<number>();
  for (const id of ids) {
    const slot = known[id];
    if (slot === undefined || slot < 0 || slot >= slots || taken.has(slot)) continue;
    looks[id] = slot;
    taken.add(slot);
  }
  for (const id of ids) {
    if (looks[id] !== undefined) continue;
    const slot = freeSlot(hashOf(id), taken);
    looks[id] = slot;
    taken.add(slot);
  }
  return looks;
}

function freeSlot(hash: number, taken: ReadonlySet<number>): number {
  for (let round = 0; round < dashes.length; round++) {
    for (let probe = 0; probe < paletteSize; probe++) {
      const slot = round * paletteSize + ((hash + probe) % paletteSize);
      if (!taken.has(slot)) return slot;
    }
  }
  return hash % slots;
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
