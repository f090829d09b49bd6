import type { StyleNote } from '../protocol/catalogue.ts';
import { defaultThresholds, type FindingKind } from '../protocol/findings.ts';
import type { Catalogue } from './catalogue.ts';
import { fromOf } from './fields.ts';
import { conditionOf } from './query-sql.ts';
import { rememberedValue } from './remember.ts';
import { MOST_GREY, type SetStyle } from './set-style.ts';
import { statisticsOf } from './statistics.ts';

/** What the style of the set keeps from being an issue, and in how many images; kinds that no image has are left out. */
export function styleNotes(catalogue: Catalogue): StyleNote[] {
  return rememberedValue(catalogue, 'style-notes', () =>
    notesOf(statisticsOf(catalogue).style).flatMap((note) => {
      const images = countOf(catalogue, note.query);
      return images > 0 ? [{ ...note, images }] : [];
    }),
  );
}

/** For those who can't press it: with the query that lists the images. */
export function styleNoteText({ text, query, images }: StyleNote): string {
  const count = images.toLocaleString('en-US');
  return `${text} The query ${query} lists ${images === 1 ? 'the one image' : `the ${count} images`} with it.`;
}

function countOf(catalogue: Catalogue, query: string): number {
  const { text, values } = conditionOf(catalogue, { text: query });
  return Number(catalogue.get(`SELECT count(*) AS n FROM ${fromOf(text)} WHERE ${text}`, ...values)?.n);
}

function notesOf({ greyShare, border, informationScale, contrastScale }: SetStyle): Omit<StyleNote, 'images'>[] {
  const { uniformBorder, lowInformation, lowContrast } = defaultThresholds;
  const notes: Omit<StyleNote, 'images'>[] = [];
  const isNoIssue = "that is this set's style, and no image's issue.";
  if (greyShare >= MOST_GREY) {
    const text = `${percent(greyShare)} of the images are greyscale: ${isNoIssue}`;
    notes.push({ kind: 'greyscale', text, query: 'is:greyscale' });
  }
  if (border) {
    const what = border.color === null ? 'a border of one colour' : `a border of about ${border.color}`;
    const text = `${percent(border.share)} of the images have ${what}: ${isNoIssue}`;
    notes.push({ kind: 'uniform-border', text, query: `border>${uniformBorder} ${without('uniform-border')}` });
  }
  if (informationScale < 1) {
    const text = `The images of this set have little information, as drawings and things on a plain ground have: ${below(informationScale, lowInformation)}`;
    const query = `information<${lowInformation} ${without('low-information')}`;
    notes.push({ kind: 'low-information', text, query });
  }
  if (contrastScale < 1) {
    const text = `Images of this set have little contrast where a thing leaves much of a plain ground: ${below(contrastScale, lowContrast)}`;
    notes.push({ kind: 'low-contrast', text, query: `contrast<${lowContrast} ${without('low-contrast')}` });
  }
  return notes;
}

function below(scale: number, threshold: number): string {
  return `an issue is what lies below ${(scale * threshold).toFixed(2)} instead of ${threshold}.`;
}

function without(kind: FindingKind): string {
  return `-issue:${kind}`;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
