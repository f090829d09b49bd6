import type { Overview } from '../protocol/catalogue.ts';
import { defaultThresholds } from '../protocol/findings.ts';
import type { Catalogue } from './catalogue.ts';
import { issueCounts } from './issue-counts.ts';
import { rememberedValue } from './remember.ts';
import { styleNotes } from './style-notes.ts';

export function overviewOf(catalogue: Catalogue): Overview {
  const { root, source, splits, unreadable } = catalogue.facts;
  return {
    root,
    source,
    revision: catalogue.revision,
    version: catalogue.version,
    images: catalogue.count,
    unreadable,
    classes: rememberedValue(catalogue, 'classes', () => classCounts(catalogue)),
    splits,
    measured: rememberedValue(catalogue, 'measured', () =>
      Number(catalogue.get('SELECT count(brightness) AS n FROM images')?.n),
    ),
    embedded: parsed(catalogue.meta('embedded')),
    map: parsed(catalogue.meta('map')),
    labels: labelsOf(catalogue),
    issues: issueCounts(catalogue, defaultThresholds),
    style: styleNotes(catalogue),
    edits: editCounts(catalogue),
  };
}

/** As the classes lie on disk; those without an image too. Images without a split count under the empty name. */
function classCounts(catalogue: Catalogue): Overview['classes'] {
  const counts = new Map<string, Overview['classes'][number]>();
  for (const name of catalogue.facts.classes) counts.set(name, { name, count: 0, perSplit: {} });
  const rows = catalogue.all(
    'SELECT class, split, count(*) AS n FROM images WHERE class IS NOT NULL GROUP BY class, split',
  );
  for (const row of rows) {
    const entry = counts.get(String(row.class));
    if (!entry) continue;
    entry.count += Number(row.n);
    entry.perSplit[String(row.split ?? '')] = Number(row.n);
  }
  return [...counts.values()];
}

function labelsOf(catalogue: Catalogue): Overview['labels'] {
  const labels = parsed<{ images: number; how: string; noise: number }>(catalogue.meta('labels'));
  return labels && { images: labels.images, how: labels.how, noise: labels.noise };
}

function editCounts(catalogue: Catalogue): Overview['edits'] {
  const row = catalogue.get(`
    SELECT count(class) AS relabelled, coalesce(sum(excluded), 0) AS excluded, coalesce(sum(deleted), 0) AS deleted,
      coalesce(sum(kept), 0) AS kept, (SELECT count(*) FROM temp.dismissed) AS dismissed FROM temp.edits`);
  return {
    relabelled: Number(row?.relabelled),
    excluded: Number(row?.excluded),
    deleted: Number(row?.deleted),
    kept: Number(row?.kept),
    dismissed: Number(row?.dismissed),
    unplaced: catalogue.unplaced,
  };
}

function parsed<T>(text: string | null): T | null {
  return text === null ? null : (JSON.parse(text) as T);
}
