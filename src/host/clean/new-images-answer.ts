import type { UnlabelledRow } from '../../protocol/clean-panel.ts';
import type { NewImage, NewImagesReport } from '../../protocol/new-images.ts';
import { kindTitles } from './kind-titles.ts';

/** The answer of `loupe new --json`; null: it is none. */
export function readNewImages(answer: unknown): NewImagesReport | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const isReport = ['images', 'added', 'left', 'unreadable'].every((name) =>
    Array.isArray((answer as Record<string, unknown>)[name]),
  );
  return isReport ? (answer as NewImagesReport) : null;
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
