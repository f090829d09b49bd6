import type { CatalogueAnswers, CatalogueRequest, CatalogueRow, IssueRow } from '../protocol/catalogue.ts';
import type { FindingKind, FindingThresholds, LabelScore } from '../protocol/findings.ts';
import type { Catalogue } from './catalogue.ts';
import { classFindings } from './class-findings.ts';
import { evidenceOf } from './evidence.ts';
import { fromOf } from './fields.ts';
import { findingKey, setFindingKey } from './finding-key.ts';
import { type ImageKind, imageCondition, isImageKind, isPairKind, type PairKind, pairQuery } from './issue-sql.ts';
import { labelCondition, labelScoreColumn } from './label-sql.ts';
import { idsOf, keptOrder, orderBy, pathOrder } from './order.ts';
import { conditionOf } from './query-sql.ts';
import { rowsOf } from './rows.ts';
import { joinSql, sql } from './sql.ts';
import { statisticsOf } from './statistics.ts';
import type { SetFinding } from './types.ts';
import { unreadableIssues } from './unreadable.ts';

type Request = Extract<CatalogueRequest, { type: 'issues' }>;
type Issues = CatalogueAnswers['issues'];

/**
 * Candidates of one kind, the surest first, without those that were decided: left out, dismissed, and for labels relabelled and kept.
 * @throws Problem `bad-query`
 */
export function issuesOf(catalogue: Catalogue, request: Request): Issues {
  const { kind } = request;
  if (kind === 'unreadable') return unreadableIssues(catalogue, request.offset, request.limit);
  if (isImageKind(kind)) return imageIssues(catalogue, kind, request);
  if (isPairKind(kind)) return pairIssues(catalogue, kind, request);
  return setIssues(catalogue, kind, request);
}

/** What ranks the images of a kind: an expression that is smallest for the surest. */
const RANK: Record<Exclude<ImageKind, 'label'>, string> = {
  dark: 'i.dark',
  light: 'i.light',
  'low-contrast': 'i.contrast',
  blurry: 'i.blur',
  'odd-aspect': 'min(i.aspect, 1 / i.aspect)',
  'low-information': 'i.information',
  greyscale: 'i.id',
  'uniform-border': '-i.border',
  'odd-size': '-max(i.size / max(?, 1e-9), max(?, 1e-9) / max(i.size, 1e-9))',
  outlier: '-o.distance',
  ambiguous: 'l.confidence',
};

function imageIssues(catalogue: Catalogue, kind: ImageKind, request: Request): Issues {
  const { thresholds, query, mode, score = 'normalized-margin', offset, limit } = request;
  const key = JSON.stringify(['issues', kind, thresholds, query, mode, score]);
  const order = keptOrder(catalogue, key, () => {
    const statistics = statisticsOf(catalogue);
    const condition =
      kind === 'label' ? labelCondition(mode, thresholds) : imageCondition(kind, thresholds, statistics);
    const middle = statistics.size ? Math.sqrt(statistics.size.q1 * statistics.size.q3) : 1;
    const rank =
      kind === 'label'
        ? sql(labelScoreColumn(score))
        : sql(RANK[kind], ...(kind === 'odd-size' ? [middle, middle] : []));
    const both = joinSql([condition, conditionOf(catalogue, query)], ' AND ');
    return orderBy(catalogue, both, sql(`${rank.text}, ${pathOrder(catalogue)}`, ...rank.values));
  });
  const rows = rowsOf(catalogue, idsOf(order, offset, limit));
  return { total: order.total, rows: rows.map((row) => imageIssue(catalogue, kind, thresholds, score, row)) };
}

function imageIssue(
  catalogue: Catalogue,
  kind: ImageKind,
  thresholds: FindingThresholds,
  score: LabelScore,
  row: CatalogueRow,
): IssueRow {
  const found = evidenceOf(catalogue, kind, thresholds, row.id, score);
  const suggested =
    kind === 'label'
      ? catalogue.get('SELECT coalesce(suggested, predicted) AS name FROM labels WHERE image = ?', row.id)?.name
      : null;
  return { key: findingKey(kind, [row.hash]), kind, ...found, images: [row], suggested: (suggested as string) ?? null };
}

function pairIssues(catalogue: Catalogue, kind: PairKind, request: Request): Issues {
  const { thresholds, query, offset, limit } = request;
  const pairs = pairQuery(kind, thresholds, 'p.a, p.b, p.distance, p.similarity');
  const condition = conditionOf(catalogue, query);
  const either = sql(
    `EXISTS (SELECT 1 FROM ${fromOf(condition.text)} WHERE i.id IN (p.a, p.b) AND ${condition.text})`,
    ...condition.values,
  );
  const found =
    condition.text === '1' ? pairs : sql(`${pairs.text} AND ${either.text}`, ...pairs.values, ...either.values);
  const total = Number(catalogue.get(`SELECT count(*) AS n FROM (${found.text})`, ...found.values)?.n);
  const page = catalogue.all(
    `${found.text} ORDER BY coalesce(p.distance, 0), p.similarity DESC, p.a, p.b LIMIT ? OFFSET ?`,
    ...found.values,
    limit,
    offset,
  );
  const ids = page.flatMap(({ a, b }) => [Number(a), Number(b)]);
  const rows = new Map(rowsOf(catalogue, ids).map((row) => [row.id, row]));
  return {
    total,
    rows: page.flatMap(({ a, b, distance, similarity }) => {
      const images = [rows.get(Number(a)), rows.get(Number(b))].filter((row) => row !== undefined);
      if (images.length < 2) return [];
      const evidence = { distance: distance as number | null, similarity: similarity as number | null };
      const key = findingKey(
        kind,
        images.map(({ hash }) => hash),
      );
      const score = 1 - Number(distance ?? 0) / 64;
      return [{ key, kind, score, images: suspiciousFirst(kind, images), suggested: null, evidence }];
    }),
  };
}

/** Of duplicates the smaller copy, of conflicting labels the less probable one, of leaks the copy that is not tested on. */
function suspiciousFirst(kind: PairKind, images: CatalogueRow[]): CatalogueRow[] {
  const suspicion = (row: CatalogueRow): number => {
    if (kind === 'split-leak') return (row.edit?.split ?? row.split) === 'train' ? 0 : 1;
    if (kind === 'conflicting-labels') return row.givenConfidence ?? 0;
    return row.width * row.height;
  };
  return images.sort((a, b) => suspicion(a) - suspicion(b) || a.bytes - b.bytes || b.id - a.id);
}

/** Findings about classes and the whole set: those that follow from the sizes of classes, and those that a finder wrote. */
export function setFindings(
  catalogue: Catalogue,
  kind: FindingKind | null,
  thresholds: FindingThresholds,
): SetFinding[] {
  const written = catalogue
    .all('SELECT kind, score, images, evidence FROM findings ORDER BY score DESC')
    .map(
      (row): SetFinding => ({
        kind: row.kind as FindingKind,
        score: Number(row.score),
        images: JSON.parse(String(row.images)),
        evidence: JSON.parse(String(row.evidence)),
      }),
    )
    .filter((finding) => finding.kind !== 'rare-class' && finding.kind !== 'class-imbalance');
  const dismissed = new Set(catalogue.all('SELECT key FROM temp.dismissed').map(({ key }) => key));
  return [...classFindings(catalogue, thresholds), ...written].filter(
    (finding) => (kind === null || finding.kind === kind) && !dismissed.has(setFindingKey(finding)),
  );
}

function setIssues(catalogue: Catalogue, kind: FindingKind, { thresholds, offset, limit }: Request): Issues {
  const found = setFindings(catalogue, kind, thresholds);
  return {
    total: found.length,
    rows: found.slice(offset, offset + limit).map((finding) => ({
      key: setFindingKey(finding),
      kind,
      score: finding.score,
      images: rowsOf(catalogue, finding.images.slice(0, 100)),
      suggested: null,
      evidence: finding.evidence,
    })),
  };
}
