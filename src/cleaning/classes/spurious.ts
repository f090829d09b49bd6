import { quantile } from '../../quantile.ts';

/** One thing that is known of every image and should say nothing about its class. */
export interface NuisanceField {
  /** Shown and remembered, e.g. `brightness`, `folder`. */
  name: string;
  /** [image]; numbers or words, null: not known. */
  values: readonly (number | string | null)[];
}

/** A finding about a class or the whole set, before it is stored. */
export interface FieldFinding {
  kind: 'spurious-correlation';
  /** 0–1, 1 is surest. */
  score: number;
  evidence: Record<string, string | number | boolean | null>;
}

/** Bins of a number, by its quantiles. */
const BINS = 16;
/** Images of a class that are added to every bin: rare values prove little. */
const SMOOTHING = 1;
/** Share of the way from chance to certainty above which a field is suspicious. */
const SUSPICIOUS = 0.35;
/** Of one class: how well it is told from the others. */
const SUSPICIOUS_CLASS = 0.6;
const LEAST_IMAGES = 20;
/** Standard errors by which accuracy must lie above chance. */
const STANDARD_ERRORS = 4;

/** How well one field alone tells the classes. */
export interface FieldPower {
  field: string;
  /** Mean recall over the classes, of images that were not counted. */
  accuracy: number;
  /** 1 / classes. */
  chance: number;
  /** Recall of each class. [class] */
  recalls: number[];
  /** Share of the images taken for a class that are of it. [class] */
  precisions: number[];
}

/**
 * Cross-validated naive classifier of one field: the class that is most frequent, for its size, among the other folds' images with a value
 * in the same bin.
 * @param labels [image], 0 … classes − 1
 * @param folds [image]
 */
export function fieldPower(field: NuisanceField, labels: Int32Array, classes: number, folds: Uint8Array): FieldPower {
  const bins = binsOf(field.values);
  const binCount = bins.reduce((most, bin) => Math.max(most, bin + 1), 0);
  const foldCount = folds.reduce((most, fold) => Math.max(most, fold + 1), 0);
  const counts = Array.from({ length: foldCount }, () => new Float64Array(binCount * classes));
  const all = new Float64Array(binCount * classes);
  labels.forEach((label, i) => {
    const at = (bins[i] as number) * classes + label;
    const own = counts[folds[i] as number] as Float64Array;
    own[at] = (own[at] as number) + 1;
    all[at] = (all[at] as number) + 1;
  });
  const hits = new Float64Array(classes);
  const taken = new Float64Array(classes);
  const totals = new Float64Array(classes);
  for (let fold = 0; fold < foldCount; fold++) {
    const others = all.map((count, at) => count - (counts[fold]?.[at] ?? 0));
    const guesses = guessesOf(others, binCount, classes);
    (counts[fold] as Float64Array).forEach((count, at) => {
      const label = at % classes;
      const guess = guesses[Math.floor(at / classes)] as number;
      totals[label] = (totals[label] as number) + count;
      taken[guess] = (taken[guess] as number) + count;
      if (guess === label) hits[label] = (hits[label] as number) + count;
    });
  }
  const recalls = Array.from(hits, (hit, k) => (totals[k] ? hit / (totals[k] as number) : 0));
  const present = recalls.filter((_, k) => (totals[k] as number) > 0);
  return {
    field: field.name,
    accuracy: present.reduce((sum, recall) => sum + recall, 0) / present.length,
    chance: 1 / present.length,
    recalls,
    precisions: Array.from(hits, (hit, k) => (taken[k] ? hit / (taken[k] as number) : 0)),
  };
}

/**
 * Fields that tell the classes, or one class, much better than chance: a model may learn them in place of what the images show.
 * @param names of the classes
 */
export function spuriousCorrelations(
  fields: readonly NuisanceField[],
  labels: Int32Array,
  names: readonly string[],
  folds: Uint8Array,
): FieldFinding[] {
  const counts = new Uint32Array(names.length);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  return fields.flatMap((field): FieldFinding[] => {
    if (new Set(field.values).size < 2) return [];
    const power = fieldPower(field, labels, names.length, folds);
    const error = Math.sqrt((power.chance * (1 - power.chance)) / Math.max(1, labels.length));
    if (power.accuracy < power.chance + STANDARD_ERRORS * error) return [];
    const found: FieldFinding[] = [];
    const strength = aboveChance(power.accuracy, power.chance);
    if (strength >= SUSPICIOUS) {
      found.push({
        kind: 'spurious-correlation',
        score: strength,
        evidence: { field: field.name, accuracy: rounded(power.accuracy), chance: rounded(power.chance) },
      });
    }
    for (const [k, name] of names.entries()) {
      if ((counts[k] as number) < LEAST_IMAGES) continue;
      const share = (counts[k] as number) / labels.length;
      const [recall, precision] = [power.recalls[k] as number, power.precisions[k] as number];
      const lift = Math.min(aboveChance(recall, power.chance), aboveChance(precision, share));
      if (lift < SUSPICIOUS_CLASS) continue;
      found.push({
        kind: 'spurious-correlation',
        score: lift,
        evidence: {
          field: field.name,
          class: name,
          recall: rounded(recall),
          precision: rounded(precision),
          ...typicalOf(field, labels, k),
        },
      });
    }
    return found;
  });
}

function typicalOf(field: NuisanceField, labels: Int32Array, k: number): Record<string, number | null> {
  const numbers = (own: boolean) =>
    field.values
      .filter((value, i): value is number => typeof value === 'number' && (labels[i] === k) === own)
      .sort((a, b) => a - b);
  const [inside, outside] = [numbers(true), numbers(false)];
  if (inside.length === 0 || outside.length === 0) return {};
  return { median: rounded(quantile(inside, 0.5)), medianOfOthers: rounded(quantile(outside, 0.5)) };
}

function guessesOf(counts: Float64Array, bins: number, classes: number): Int32Array {
  const totals = new Float64Array(classes);
  counts.forEach((count, at) => {
    totals[at % classes] = (totals[at % classes] as number) + count;
  });
  return Int32Array.from({ length: bins }, (_, bin) => {
    let best = 0;
    let most = -1;
    for (let k = 0; k < classes; k++) {
      const share = ((counts[bin * classes + k] as number) + SMOOTHING / classes) / ((totals[k] as number) + SMOOTHING);
      if ((totals[k] as number) > 0 && share > most) [best, most] = [k, share];
    }
    return best;
  });
}

/** A bin for every image: the quantile of a number, one for each word, one for what is not known. */
function binsOf(values: readonly (number | string | null)[]): Int32Array {
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  const edges = Array.from({ length: BINS - 1 }, (_, i) =>
    numbers.length > 0 ? quantile(numbers, (i + 1) / BINS) : 0,
  );
  const words = new Map<string, number>();
  return Int32Array.from(values, (value) => {
    if (value === null) return BINS;
    if (typeof value === 'number') return edges.filter((edge) => value > edge).length;
    const bin = words.get(value) ?? BINS + 1 + words.size;
    words.set(value, bin);
    return bin;
  });
}

function aboveChance(accuracy: number, chance: number): number {
  return Math.max(0, (accuracy - chance) / (1 - chance));
}

function rounded(value: number): number {
  return Math.round(value * 1e3) / 1e3;
}
