import { count } from '../../ui/format.ts';

/** From here on a data set is called imbalanced. */
const IMBALANCED = 3;

/** How uneven the classes are, as a sentence; empty: there is nothing to compare. */
export function imbalanceText(classes: readonly { name: string; count: number }[]): string {
  if (classes.length < 2) return '';
  const sorted = [...classes].sort((a, b) => b.count - a.count);
  const [most, least] = [sorted[0]!, sorted.at(-1)!];
  if (least.count === 0) {
    const none = sorted.filter((entry) => entry.count === 0);
    return none.length === 1 ? `${none[0]!.name} has no image.` : `${count(none.length)} classes have no image.`;
  }
  const ratio = most.count / least.count;
  if (ratio < 1.2) return 'The classes are about equally large.';
  const times = ratio < 10 ? ratio.toFixed(1) : count(Math.round(ratio));
  const text = `${most.name} has ${times} times the images of ${least.name}`;
  return ratio < IMBALANCED ? `${text}.` : `Imbalanced: ${text}.`;
}
