import type { CatalogueRow, IssueRow } from '../../../../src/protocol/catalogue.ts';
import type { FindingKind } from '../../../../src/protocol/findings.ts';

export function image(name: string, label: string | null, changes: Partial<CatalogueRow> = {}): CatalogueRow {
  return {
    ...{
      id: 1,
      path: `${label ?? 'unlabelled'}/${name}.jpg`,
      hash: name,
      label,
      split: 'train',
      width: 64,
      height: 48,
    },
    ...{ bytes: 900, predicted: null, confidence: null, givenConfidence: null, issues: [], edit: null, value: null },
    ...changes,
  };
}

export function row(kind: FindingKind, images: CatalogueRow[], changes: Partial<IssueRow> = {}): IssueRow {
  const key = [kind, ...images.map(({ hash }) => hash)].join(':');
  return { key, kind, score: 0.9, images, suggested: null, evidence: {}, ...changes };
}
