import { errorRates, errorsRemaining, estimateReview } from '../cleaning/labels/review.ts';
import type { CatalogueRequest, LabelSummary } from '../protocol/catalogue.ts';
import { defaultThresholds } from '../protocol/findings.ts';
import type { Catalogue } from './catalogue.ts';
import { fromOf } from './fields.ts';
import { labelCondition, labelScoreColumn } from './label-sql.ts';
import type { LabelResult } from './types.ts';

type Request = Extract<CatalogueRequest, { type: 'labelSummary' }>;
type Stored = Omit<LabelResult, 'rows'> & { images: number };

/** What is expected of the labels, corrected by what was decided; null: no label model has looked at them. */
export function labelSummary(catalogue: Catalogue, { mode, score, budget }: Request): LabelSummary | null {
  const stored = catalogue.meta('labels');
  if (stored === null) return null;
  const { how, images, noise, pairs } = JSON.parse(stored) as Stored;
  const { prior, decisions } = reviewedLabels(catalogue, score);
  const rates = errorRates(prior, decisions);
  const order = Uint32Array.from(prior.keys());
  const given = new Map<string, number>();
  for (const row of catalogue.all(
    'SELECT i.class AS name, count(*) AS n FROM labels l JOIN images i ON i.id = l.image GROUP BY 1',
  )) {
    given.set(String(row.name), Number(row.n));
  }
  const condition = labelCondition(mode, defaultThresholds);
  const flagged = catalogue.get(
    `SELECT count(*) AS n FROM ${fromOf(condition.text)} WHERE ${condition.text}`,
    ...condition.values,
  );
  const agreed = catalogue.get(
    'SELECT avg(l.predicted = i.class) AS share FROM labels l JOIN images i ON i.id = l.image',
  );
  return {
    how,
    images,
    agreement: Number(agreed?.share ?? 0),
    noise,
    pairs: [...pairs]
      .sort((a, b) => b.count - a.count)
      .map((pair) => ({ ...pair, share: pair.count / Math.max(1, given.get(pair.given) ?? 0) })),
    flagged: Number(flagged?.n),
    expected: estimateReview(rates, decisions, order, budget),
    remaining: errorsRemaining(rates, decisions),
  };
}

/** By rising score: how probable it was that each label is wrong, and what a human said of it (1 wrong, 0 right, −1 nothing yet). */
function reviewedLabels(catalogue: Catalogue, score: LabelSummaryScore): { prior: Float64Array; decisions: Int8Array } {
  const count = Number(catalogue.get('SELECT count(*) AS n FROM labels')?.n);
  const prior = new Float64Array(count);
  const decisions = new Int8Array(count);
  const statement = catalogue.db.prepare(`
    SELECT l.wrong, CASE WHEN e.class IS NOT NULL AND e.class <> i.class THEN 1 WHEN e.kept THEN 0
      WHEN 'label:' || i.hash IN (SELECT key FROM temp.dismissed) THEN 0 ELSE -1 END
    FROM labels l JOIN images i ON i.id = l.image LEFT JOIN temp.edits e ON e.image = l.image
    ORDER BY ${labelScoreColumn(score)}, l.image`);
  statement.setReturnArrays(true);
  let at = 0;
  for (const [wrong, decision] of statement.iterate() as unknown as Iterable<[number, number]>) {
    prior[at] = wrong;
    decisions[at++] = decision;
  }
  return { prior, decisions };
}

type LabelSummaryScore = Request['score'];
