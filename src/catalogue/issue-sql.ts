import { type FindingKind, type FindingThresholds, WIDEST_NEAR } from '../protocol/findings.ts';
import { MOST_GREY, type SetStyle } from './set-style.ts';
import { joinSql, type Sql, sql } from './sql.ts';

/** What conditions need to know of the whole set. */
export interface SetStatistics {
  /** First and third quartile of √(width · height); null: no images. */
  size: { q1: number; q3: number } | null;
  /** The same of the outlier distances. */
  outlier: { q1: number; q3: number } | null;
  style: SetStyle;
}

/** Kinds that one image has by itself. */
export const imageKinds = [
  'dark',
  'light',
  'low-contrast',
  'blurry',
  'odd-size',
  'odd-aspect',
  'low-information',
  'greyscale',
  'uniform-border',
  'outlier',
  'label',
  'ambiguous',
] as const satisfies readonly FindingKind[];
export type ImageKind = (typeof imageKinds)[number];

/** Kinds of two images. */
export const pairKinds = [
  'exact-duplicate',
  'near-duplicate',
  'conflicting-labels',
  'split-leak',
] as const satisfies readonly FindingKind[];
export type PairKind = (typeof pairKinds)[number];

/** All but nothing of an image is a border: then it is no ground that something stands on. */
const ALL_BORDER = 0.95;

/** Where most images have one size, a pixel more or less is not odd: at least this share of the quartile is. */
const LEAST_REACH = 0.2;

/** An image that counts, of which this kind was not dismissed: `i` and `e` as in `fields.ts`. */
function open(kind: FindingKind): string {
  return `coalesce(e.excluded OR e.deleted, 0) = 0 AND '${kind}:' || i.hash NOT IN (SELECT key FROM temp.dismissed)`;
}

/** True for images with the issue, without those that are left out or of which it was dismissed. */
export function imageCondition(kind: ImageKind, thresholds: FindingThresholds, statistics: SetStatistics): Sql {
  const found = foundIn(kind, thresholds, statistics);
  return sql(`${found.text} AND ${open(kind)}`, ...found.values);
}

function foundIn(kind: ImageKind, t: FindingThresholds, { size, outlier, style }: SetStatistics): Sql {
  switch (kind) {
    case 'dark':
      return sql('i.dark < ?', t.dark);
    case 'light':
      return sql('i.light < ?', t.light);
    case 'low-contrast':
      return sql('i.contrast < ?', t.lowContrast * style.contrastScale);
    case 'blurry':
      return sql('i.blur < ?', t.blurry);
    case 'odd-aspect':
      return sql('min(i.aspect, 1 / i.aspect) < ?', t.oddAspect);
    case 'low-information':
      return sql('i.information < ?', t.lowInformation * style.informationScale);
    case 'greyscale':
      return style.greyShare < MOST_GREY ? sql('i.greyscale = 1') : sql('0');
    case 'uniform-border':
      if (!style.border) return sql('i.border > ?', t.uniformBorder);
      return sql(
        'i.border > ? AND (i.border > ? OR i.border_color NOT IN (SELECT value FROM json_each(?)))',
        ...[t.uniformBorder, ALL_BORDER, JSON.stringify(style.border.colors)],
      );
    case 'odd-size': {
      if (!size) return sql('0');
      const reach = t.oddSize * (size.q3 - size.q1);
      const below = size.q1 - Math.max(reach, LEAST_REACH * size.q1);
      return sql('i.size NOT BETWEEN ? AND ?', below, size.q3 + Math.max(reach, LEAST_REACH * size.q3));
    }
    case 'outlier':
      return outlier ? sql('o.distance > ?', outlier.q3 + t.outlier * (outlier.q3 - outlier.q1)) : sql('0');
    case 'label':
      return sql('l.by_noise_rate AND l.by_class AND e.class IS NULL AND coalesce(e.kept, 0) = 0');
    case 'ambiguous':
      return sql('l.confidence BETWEEN ? AND ?', t.ambiguousFrom, t.ambiguousTo);
  }
}

/**
 * Pairs `p` of images `x` and `y` (with edits `ex`, `ey`) that have the issue. Labels and splits are those that count: the journal's,
 * else the disk's; pairs with an image that is left out are none.
 * @param columns what is selected of each
 */
export function pairQuery(kind: PairKind, { nearDuplicate }: FindingThresholds, columns: string): Sql {
  // A pair without a distance was found beyond the widest radius, by embeddings, and its pixels agree.
  const near = `(p.kind = 'near-duplicate' AND coalesce(p.distance, ${WIDEST_NEAR}) <= ?)`;
  const conditions: Record<PairKind, Sql> = {
    'exact-duplicate': sql("p.kind = 'exact-duplicate'"),
    'near-duplicate': sql(near, nearDuplicate),
    'conflicting-labels': sql(
      `(p.kind = 'exact-duplicate' OR ${near}) AND coalesce(ex.class, x.class) <> coalesce(ey.class, y.class)`,
      nearDuplicate,
    ),
    'split-leak': sql(
      `(p.kind = 'exact-duplicate' OR ${near}) AND coalesce(ex.split, x.split) <> coalesce(ey.split, y.split)`,
      nearDuplicate,
    ),
  };
  const { text, values } = conditions[kind];
  return sql(
    `SELECT ${columns} FROM pairs p JOIN images x ON x.id = p.a JOIN images y ON y.id = p.b
      LEFT JOIN temp.edits ex ON ex.image = p.a LEFT JOIN temp.edits ey ON ey.image = p.b
      WHERE ${text} AND coalesce(ex.excluded OR ex.deleted, 0) = 0 AND coalesce(ey.excluded OR ey.deleted, 0) = 0
      AND '${kind}:' || min(x.hash, y.hash) || ':' || max(x.hash, y.hash) NOT IN (SELECT key FROM temp.dismissed)`,
    ...values,
  );
}

/** True for images that are in a pair with the issue. */
function pairCondition(kind: PairKind, thresholds: FindingThresholds): Sql {
  const pairs = pairQuery(kind, thresholds, 'p.a, p.b');
  return sql(
    `i.id IN (WITH found AS (${pairs.text}) SELECT a FROM found UNION ALL SELECT b FROM found)`,
    ...pairs.values,
  );
}

/** The same for a few images: asks for the pairs of each instead of listing all. */
function pairConditionOfFew(kind: PairKind, thresholds: FindingThresholds): Sql {
  const pairs = pairQuery(kind, thresholds, '1');
  return sql(`EXISTS (${pairs.text} AND (p.a = i.id OR p.b = i.id))`, ...pairs.values);
}

/** Images of which a finding about a class or the whole set says that they show it, and the kinds that have no images. */
function listedCondition(kind: FindingKind): Sql {
  return sql('i.id IN (SELECT each.value FROM findings f, json_each(f.images) each WHERE f.kind = ?)', kind);
}

/** True for images with an issue of this kind. */
export function issueCondition(
  kind: FindingKind,
  thresholds: FindingThresholds,
  statistics: SetStatistics,
  extent: 'all' | 'few' = 'all',
): Sql {
  if (isImageKind(kind)) return imageCondition(kind, thresholds, statistics);
  if (!isPairKind(kind)) return listedCondition(kind);
  return extent === 'all' ? pairCondition(kind, thresholds) : pairConditionOfFew(kind, thresholds);
}

/** True for images with any of these issues. */
export function anyIssue(kinds: readonly FindingKind[], thresholds: FindingThresholds, statistics: SetStatistics): Sql {
  return joinSql(
    kinds.map((kind) => issueCondition(kind, thresholds, statistics)),
    ' OR ',
    '0',
  );
}

export function isImageKind(kind: FindingKind): kind is ImageKind {
  return (imageKinds as readonly FindingKind[]).includes(kind);
}

export function isPairKind(kind: FindingKind): kind is PairKind {
  return (pairKinds as readonly FindingKind[]).includes(kind);
}
