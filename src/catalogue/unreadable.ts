import type { CatalogueAnswers, CatalogueRow } from '../protocol/catalogue.ts';
import type { Catalogue } from './catalogue.ts';

/** Files that could not be read, with why; the count is of all, the rows of the first hundred of each cause. */
export function unreadableIssues(catalogue: Catalogue, offset: number, limit: number): CatalogueAnswers['issues'] {
  const skips = catalogue.all('SELECT id, path, cause, message FROM skips ORDER BY id LIMIT ? OFFSET ?', limit, offset);
  return {
    total: catalogue.facts.unreadable,
    rows: skips.map(({ id, path, cause, message }) => ({
      key: `unreadable:${path}`,
      kind: 'unreadable',
      score: 1,
      images: [unreadRow(-Number(id), String(path))],
      suggested: null,
      evidence: { cause: String(cause), message: String(message) },
    })),
  };
}

function unreadRow(id: number, path: string): CatalogueRow {
  return {
    id,
    path,
    hash: '',
    label: null,
    split: null,
    width: 0,
    height: 0,
    bytes: 0,
    predicted: null,
    confidence: null,
    givenConfidence: null,
    issues: ['unreadable'],
    edit: null,
    value: null,
  };
}
