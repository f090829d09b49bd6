import type { Significance } from './significance.ts';

export interface VerdictNames {
  a: string;
  b: string;
  /** How many comparisons with the baseline the p-value was corrected for; 1: none. */
  comparisons: number;
}

/** The verdict as a sentence or two: which is better, by how much, how sure, and what would tell if nothing does. */
export function describeVerdict(result: Significance, { a, b, comparisons }: VerdictNames): string {
  const { difference, interval } = result.metrics.accuracy;
  const { seedTest, counts, verdict } = result;
  const on = `on ${result.images.toLocaleString('en-US')} common ${splitName(result)}images`;
  const seeds = seedTest ? ` over ${seedsText(seedTest)}` : '';
  if (counts.onlyA + counts.onlyB === 0)
    return `${b} and ${a} are right and wrong about the same images ${on}${seeds}.`;
  const size = `${points(difference)}, 95% interval ${plain(interval[0])} to ${plain(interval[1])}`;
  const corrected = comparisons > 1 ? ` corrected for ${comparisons} comparisons` : '';
  const chance = `${probability(result.correctedP)}${corrected}`;
  if (verdict !== 'unclear') return `${b} is ${verdict} than ${a} ${on}${seeds}: ${size}; ${chance}.`;
  return `Can't tell ${b} from ${a} ${on}${seeds}: ${size}; ${chance}.${wanted(result)}`;
}

/** What would tell the two apart. */
function wanted({ imageTest, seedTest, images, imagesNeeded, correctedP, p }: Significance): string {
  if (seedTest && imageTest.p < 0.05 && seedTest.t.p >= 0.05) {
    return ' The luck of training explains it: more seeds are needed.';
  }
  if (p < 0.05 && correctedP >= 0.05) return ' Among so many runs, one this different is expected by chance.';
  if (imagesNeeded === null) return '';
  const more = imagesNeeded - images;
  if (more <= 0) return '';
  return ` About ${roundUp(more).toLocaleString('en-US')} images more would be needed to show a difference of this size.`;
}

function splitName({ split }: Significance): string {
  return split === 'test' ? 'test ' : 'validation ';
}

function seedsText({ kind, seedsA, seedsB }: NonNullable<Significance['seedTest']>): string {
  return kind === 'paired' || seedsA === seedsB ? `${seedsA} seeds` : `${seedsA} and ${seedsB} seeds`;
}

/** A difference of shares as percentage points: `+1.3 points`. */
export function points(difference: number): string {
  const text = plain(difference);
  return `${difference > 0 && !text.startsWith('0.0') ? '+' : ''}${text} points`;
}

/** `0.4`, `−0.6`. */
function plain(difference: number): string {
  const size = Math.abs(difference * 100).toFixed(1);
  return `${difference < 0 && size !== '0.0' ? '−' : ''}${size}`;
}

/** As statisticians write it: `p = .004`, `p < .001`. */
export function probability(p: number): string {
  if (p < 0.001) return 'p < .001';
  if (p > 0.995) return 'p = 1';
  return `p = ${p.toFixed(p < 0.1 ? 3 : 2).slice(1)}`;
}

/** Two significant digits, upwards: more would be a promise. */
function roundUp(value: number): number {
  const step = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / step) * step;
}
