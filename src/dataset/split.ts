import { mixSeed, permutation, seededRandom } from '../random.ts';
import { splitUnits } from './split-units.ts';
import type { ImageRecord, SplitName } from './types.ts';

export interface SplitOptions {
  /** Shares of the images to hold out, 0–0.9. */
  validation: number;
  test: number;
  seed: number;
}

type SplitImage = Pick<ImageRecord, 'label' | 'split' | 'group' | 'hash' | 'chosenSplit'>;
type HeldOut = 'validation' | 'test';
const HELD_OUT: HeldOut[] = ['test', 'validation'];

/** Images that must stay together, and how many of each class they are. */
interface Unit {
  images: number[];
  counts: [label: number, count: number][];
}

/**
 * Decides which images are learnt from, checked with and held back: stratified by class, in groups (images with the same
 * group or the same content never part), the shares exact or as near as the groups allow. A class is never left
 * without a training image. Where the source brings a split of its own, that stands; a validation set that it lacks is
 * taken from its training images. What a person chose for an image stands before all, and its group follows.
 * @returns the split of each image, in the order of `images`. Same images and seed, same answer.
 */
export function splitImages(images: SplitImage[], { validation, test, seed }: SplitOptions): SplitName[] {
  const bringsSplit = images.some((image) => image.split !== null);
  const splits = images.map((image): SplitName => fixedSplit(image) ?? 'train');
  const isChosen = joinFixedGroups(images, splits);
  const isHeldOut = (name: HeldOut) => splits.includes(name);
  const shares = {
    // A source with a split of its own decides about the test set too: only what to check with is added.
    test: bringsSplit ? 0 : test,
    validation: bringsSplit && isHeldOut('validation') ? 0 : validation,
  };
  if (shares.test + shares.validation <= 0) return splits;

  const pool = splits.flatMap((split, i) => (split === 'train' && !isChosen[i] ? [i] : []));
  const units = splitUnits(images, pool).map((members) => unitOf(images, members));
  const assigned = assign(units, shares, mixSeed(seed, 0x5b117));
  assigned.forEach((split, u) => {
    for (const image of (units[u] as Unit).images) splits[image] = split;
  });
  return splits;
}

function fixedSplit({ chosenSplit, split }: SplitImage): SplitName | null {
  return chosenSplit ?? split;
}

/**
 * An image without a split of its own follows the rest of its group.
 * @returns which images are where they are because a person chose so
 */
function joinFixedGroups(images: SplitImage[], splits: SplitName[]): boolean[] {
  const isChosen = images.map(() => false);
  if (images.every((image) => fixedSplit(image) === null)) return isChosen;
  const all = images.map((_, i) => i);
  for (const members of splitUnits(images, all)) {
    const chosen = members.find((i) => images[i]?.chosenSplit !== undefined);
    const fixed = chosen ?? members.find((i) => images[i]?.split != null);
    if (fixed === undefined) continue;
    for (const i of members) {
      splits[i] = fixedSplit(images[i] as SplitImage) ?? (splits[fixed] as SplitName);
      isChosen[i] = chosen !== undefined;
    }
  }
  return isChosen;
}

function unitOf(images: Pick<ImageRecord, 'label'>[], members: number[]): Unit {
  const counts = new Map<number, number>();
  for (const i of members) {
    const label = images[i]?.label as number;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return { images: members, counts: [...counts] };
}

/**
 * Visits the units in a random order and holds out each that brings the held-out sets nearer to their targets; then moves
 * single units while that still helps.
 */
function assign(units: Unit[], shares: Record<HeldOut, number>, seed: number): SplitName[] {
  const totals = countClasses(units);
  const wanted = targetsOf(totals, shares);
  const held = { validation: totals.map(() => 0), test: totals.map(() => 0) };
  const left = [...totals];
  const result = units.map((): SplitName => 'train');
  const order = permutation(units.length, seededRandom(seed));

  const gain = (unit: Unit, name: HeldOut, sign: 1 | -1) => {
    let change = 0;
    for (const [label, count] of unit.counts) {
      const error = (held[name][label] as number) - (wanted[name][label] as number);
      change += (error + sign * count) ** 2 - error ** 2;
    }
    return -change;
  };
  const move = (u: number, name: HeldOut, sign: 1 | -1) => {
    for (const [label, count] of (units[u] as Unit).counts) {
      (held[name][label] as number) += sign * count;
      (left[label] as number) -= sign * count;
    }
    result[u] = sign === 1 ? name : 'train';
  };
  const keepsTraining = (unit: Unit) => unit.counts.every(([label, count]) => (left[label] as number) > count);

  for (let pass = 0, moved = true; moved && pass < 8; pass++) {
    moved = false;
    for (const u of order) {
      const unit = units[u] as Unit;
      const now = result[u] as SplitName;
      if (now !== 'train') {
        if (gain(unit, now, -1) <= 0) continue;
        move(u, now, -1);
      } else {
        const best = HELD_OUT.filter((name) => gain(unit, name, 1) > 0).sort(
          (a, b) => gain(unit, b, 1) - gain(unit, a, 1),
        );
        if (!best[0] || !keepsTraining(unit)) continue;
        move(u, best[0], 1);
      }
      moved = true;
    }
  }
  return result;
}

function countClasses(units: Unit[]): number[] {
  const totals: number[] = [];
  for (const { counts } of units) {
    for (const [label, count] of counts) {
      while (totals.length <= label) totals.push(0);
      (totals[label] as number) += count;
    }
  }
  return totals;
}

/**
 * How many images of each class to hold out: whole numbers whose sum is the share of all images, each class at most one
 * image away from its own share (largest remainder).
 */
function targetsOf(totals: number[], shares: Record<HeldOut, number>): Record<HeldOut, number[]> {
  const all = totals.reduce((sum, total) => sum + total, 0);
  const room = totals.map((total) => Math.max(0, total - 1));
  const targets = { validation: totals.map(() => 0), test: totals.map(() => 0) };
  for (const name of HELD_OUT) {
    const exact = totals.map((total) => total * shares[name]);
    const target = exact.map((value, label) => Math.min(Math.floor(value + 1e-9), room[label] as number));
    let missing = Math.round(all * shares[name]) - target.reduce((sum, count) => sum + count, 0);
    const byRemainder = exact
      .map((value, label) => ({ label, remainder: value - Math.floor(value + 1e-9) }))
      .sort((a, b) => b.remainder - a.remainder || a.label - b.label);
    for (const { label } of byRemainder) {
      if (missing <= 0) break;
      if ((target[label] as number) >= (room[label] as number)) continue;
      (target[label] as number)++;
      missing--;
    }
    target.forEach((count, label) => {
      (room[label] as number) -= count;
    });
    targets[name] = target;
  }
  return targets;
}
