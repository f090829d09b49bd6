import { fieldOf } from '../../jobs/record.ts';
import type { UnlabelledRow } from '../../protocol/clean-panel.ts';
import type { NewImage, NewImagesReport } from '../../protocol/new-images.ts';
import { kindTitles } from './kind-titles.ts';

/** The answer of `loupe new --json`; null: it is none. */
export function readNewImages(answer: unknown): NewImagesReport | null {
  const isReport = ['images', 'added', 'left', 'unreadable'].every((name) => Array.isArray(fieldOf(answer, name)));
  return isReport ? (answer as NewImagesReport) : null;
}

const causes: Record<string, string> = {
  'exact-duplicate': 'in the data set already',
  'empty-file': 'empty',
  'not-an-image': 'no image',
};

/** What came of adding images: `30 images added. 3 left out: 2 truncated, 1 in the data set already.` */
export function addedText(added: number, left: readonly { cause: string }[]): string {
  const done = `${plural(added, 'image')} added.`;
  if (left.length === 0) return done;
  const counts = new Map<string, number>();
  for (const { cause } of left) counts.set(cause, (counts.get(cause) ?? 0) + 1);
  const why = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([cause, count]) => `${count.toLocaleString('en-US')} ${causes[cause] ?? cause.replaceAll('-', ' ')}`);
  return `${done} ${left.length.toLocaleString('en-US')} left out: ${why.join(', ')}.`;
}

function plural(count: number, word: string): string {
  return count === 1 ? `1 ${word}` : `${count.toLocaleString('en-US')} ${word}s`;
}

/** An image as the labelling mode shows it. @param label given by hand; null: none yet */
export function unlabelledRow(
  { row, suggestions, issues, copyOf, uncertainty, distance }: NewImage,
  label: string | null,
): UnlabelledRow {
  const [first, second] = suggestions;
  const parts = [
    first && second && uncertainty > 0.5 ? `Between ${first.label} and ${second.label}` : '',
    first && uncertainty <= 0.5 ? `Probably ${first.label}` : '',
    distance > 0.3 && distance < 2 ? 'unlike what is labelled' : '',
    copyOf ? `a copy of ${copyOf}` : '',
    ...issues.filter((kind) => !kind.endsWith('duplicate')).map((kind) => kindTitles[kind].toLowerCase()),
  ].filter(Boolean);
  const text = parts.join(', ');
  return { image: row, suggestions, label, why: text.charAt(0).toUpperCase() + text.slice(1) };
}
