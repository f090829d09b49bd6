import type { FindingThresholds, LabelMode, LabelScore } from '../protocol/findings.ts';
import { type Sql, sql } from './sql.ts';

/** Of the labels that nobody has decided yet, and images that are not left out. */
const UNDECIDED = `coalesce(e.excluded OR e.deleted OR e.kept, 0) = 0 AND e.class IS NULL
  AND 'label:' || i.hash NOT IN (SELECT key FROM temp.dismissed)`;

const FLAGGED: Record<Exclude<LabelMode, 'wrong-above'>, string> = {
  'by-noise-rate': 'l.by_noise_rate',
  'by-class': 'l.by_class',
  both: 'l.by_noise_rate AND l.by_class',
  predicted: 'l.predicted <> i.class',
};

/** Labels that a mode takes to be wrong; without a mode all that the label model knows. */
export function labelCondition(
  mode: LabelMode | undefined,
  { wrongAbove }: Pick<FindingThresholds, 'wrongAbove'>,
): Sql {
  if (mode === undefined) return sql(`l.image IS NOT NULL AND ${UNDECIDED}`);
  if (mode === 'wrong-above') return sql(`l.predicted <> i.class AND l.confidence > ? AND ${UNDECIDED}`, wrongAbove);
  return sql(`${FLAGGED[mode]} AND ${UNDECIDED}`);
}

export function labelScoreColumn(score: LabelScore): string {
  const columns: Record<LabelScore, string> = {
    'self-confidence': 'l.self_confidence',
    'normalized-margin': 'l.normalized_margin',
    'confidence-weighted-entropy': 'l.weighted_entropy',
  };
  return columns[score];
}
