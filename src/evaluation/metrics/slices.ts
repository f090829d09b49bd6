import type { SliceAttribute, SliceReport } from '../../protocol/evaluation.ts';
import { holm } from '../hypothesis-tests.ts';
import { fisherExact, wilson } from './significance.ts';

/** What slices are cut by, of one image. */
export interface SliceFacts {
  /** Relative, `/`-separated. */
  path: string;
  className: string;
  /** Pixels of the file. */
  width: number;
  height: number;
  format: string;
  channels: number;
  /** Of what the network sees: see `image-qualities.ts`. */
  brightness: number;
  sharpness: number;
  /** Its very content is among the training images; null: not known. */
  inTraining: boolean | null;
}

export interface Slice extends SliceReport {
  /** Positions of its images. */
  members: number[];
}

/** Fewer images say nothing about a slice: a 95 % interval is then over 40 points wide. */
export const MINIMUM_SLICE = 20;
const WEAK = 0.05;
const MOST_FOLDERS = 50;

/**
 * Groups of images that have something in common, with the accuracy of each, and which are worse than all others beyond chance:
 * Fisher's exact test, corrected by Holm over all slices with at least `MINIMUM_SLICE` images. Weak ones first, then by accuracy.
 * @param correct [image]
 */
export function findSlices(facts: readonly SliceFacts[], correct: readonly boolean[]): Slice[] {
  const total = correct.filter(Boolean).length;
  const slices = cuts(facts)
    .filter(({ members }) => members.length > 0 && members.length < facts.length)
    .map((cut) => {
      const images = cut.members.length;
      const right = cut.members.filter((i) => correct[i]).length;
      const others = facts.length - images;
      return {
        ...cut,
        images,
        accuracy: { value: right / images, ...wilson(right, images) },
        rest: (total - right) / others,
        pValue:
          images >= MINIMUM_SLICE ? fisherExact(right, images - right, total - right, others - total + right) : null,
        small: images < MINIMUM_SLICE,
        weak: false,
      };
    });
  const judged = slices.filter(({ pValue }) => pValue !== null);
  const corrected = holm(judged.map(({ pValue }) => pValue as number));
  judged.forEach((slice, i) => {
    slice.pValue = corrected[i] as number;
    slice.weak = slice.pValue < WEAK && slice.accuracy.value < slice.rest;
  });
  return slices.sort(
    (a, b) =>
      Number(b.weak) - Number(a.weak) || Number(a.small) - Number(b.small) || a.accuracy.value - b.accuracy.value,
  );
}

interface Cut {
  attribute: SliceAttribute;
  name: string;
  from: number | null;
  to: number | null;
  members: number[];
}

function cuts(facts: readonly SliceFacts[]): Cut[] {
  return [
    ...quarters('brightness', ['darkest', 'darker', 'brighter', 'brightest'], facts, ({ brightness }) => brightness),
    ...quarters('sharpness', ['blurriest', 'softer', 'sharper', 'sharpest'], facts, ({ sharpness }) => sharpness),
    ...quarters('size', ['smallest', 'smaller', 'larger', 'largest'], facts, ({ width, height }) =>
      Math.sqrt(width * height),
    ),
    ...groups('aspect', facts, ({ width, height }) => aspectName(width / height)),
    ...folders(facts),
    ...groups('format', facts, ({ format }) => format),
    ...groups('channels', facts, ({ channels }) =>
      channels <= 2 ? 'grey' : channels === 3 ? 'in colour' : channels === 4 ? 'with transparency' : 'with other bands',
    ),
    ...groups('in-training', facts, ({ inTraining }) => (inTraining ? 'also a training image' : null)),
  ];
}

function aspectName(ratio: number): string {
  return ratio < 0.8 ? 'tall' : ratio > 1.25 ? 'wide' : 'nearly square';
}

/** Four parts of equal numbers; equal values stay together, so there may be fewer. */
function quarters(
  attribute: SliceAttribute,
  names: readonly string[],
  facts: readonly SliceFacts[],
  measureOf: (facts: SliceFacts) => number,
): Cut[] {
  const values = facts.map(measureOf);
  const sorted = values.toSorted((a, b) => a - b);
  const edges = names.slice(1).map((_, i) => sorted[Math.floor(((i + 1) / names.length) * sorted.length)] as number);
  const parts = names.map((name, part): Cut => {
    const members = [...values.keys()].filter(
      (i) => edges.filter((edge) => edge <= (values[i] as number)).length === part,
    );
    const own = members.map((i) => values[i] as number);
    return {
      attribute,
      name: `${name} quarter`,
      from: own.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
      to: own.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
      members,
    };
  });
  const filled = parts.filter(({ members }) => members.length > 0);
  return filled.length > 1 ? filled : [];
}

function groups(
  attribute: SliceAttribute,
  facts: readonly SliceFacts[],
  nameOf: (facts: SliceFacts) => string | null,
): Cut[] {
  const members = new Map<string, number[]>();
  facts.forEach((image, i) => {
    const name = nameOf(image);
    if (name === null) return;
    const own = members.get(name);
    if (own) own.push(i);
    else members.set(name, [i]);
  });
  return [...members].map(([name, own]) => ({ attribute, name, from: null, to: null, members: own }));
}

/** Folders that say something other than the class and the split; the largest where there are very many. */
function folders(facts: readonly SliceFacts[]): Cut[] {
  const splits = new Set(['train', 'training', 'val', 'valid', 'validation', 'test', 'testing']);
  const all = groups('folder', facts, ({ path, className }) => {
    const parts = path.split('/').slice(0, -1);
    const own = parts.filter((part) => part !== className && !splits.has(part.toLowerCase()));
    return own.length ? own.join('/') : null;
  });
  return all.sort((a, b) => b.members.length - a.members.length).slice(0, MOST_FOLDERS);
}
