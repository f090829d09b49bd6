import type { ComparedAlgorithm } from '../../protocol/baseline.ts';

/** Below this p the most accurate one is called better. */
const ALPHA = 0.05;
/** One that can't be told from the most accurate one is preferred to it only where it lost at most this share. */
const CLOSE = 0.01;
/** One is called faster than another where it needs at most this share of its time. */
const FASTER = 0.5;

/**
 * What the figures say to someone who has to choose, in two or three sentences: the most accurate algorithm, which others can't be told from it,
 * and which of them to take for its clarity or speed.
 * @param compared the most accurate first
 */
export function recommendAlgorithm(
  compared: readonly ComparedAlgorithm[],
): { choice: ComparedAlgorithm; text: string } | null {
  const [best] = compared;
  if (!best) return null;
  const equals = compared.filter(({ p }) => p >= ALPHA);
  const close = equals.filter(({ accuracy }) => best.accuracy.value - accuracy.value <= CLOSE);
  const choice = close.reduce((one, other) => (isPreferable(other, one) ? other : one), best);
  const several = new Set(compared.map(({ features }) => features)).size > 1;
  const nameOf = ({ title, features }: ComparedAlgorithm) => (several ? `${title} on ${features}` : title);
  const sentences = [`Most accurate: ${nameOf(best)}.`];
  const others = equals.filter((one) => one !== best).map(nameOf);
  sentences.push(
    others.length === 0 ? 'All others are surely less accurate.' : `Not surely less accurate: ${others.join('; ')}.`,
  );
  if (choice !== best) {
    const faster = choice.fitSeconds <= FASTER * best.fitSeconds ? ' and is fitted in less time' : '';
    const clearer = choice.clarity > best.clarity ? 'can be explained better' : 'is as easily explained';
    sentences.push(`Take ${nameOf(choice)}: it ${clearer}${faster}.`);
  } else sentences.push(`Take ${nameOf(choice)}.`);
  return { choice, text: sentences.join(' ') };
}

/** Clearer, or as clear and much faster to fit. */
function isPreferable(one: ComparedAlgorithm, than: ComparedAlgorithm): boolean {
  if (one.clarity !== than.clarity) return one.clarity > than.clarity;
  return one.fitSeconds <= FASTER * than.fitSeconds;
}
