import type { FindingKind, FindingThresholds } from '../protocol/findings.ts';
import type { Catalogue } from './catalogue.ts';
import { fromOf } from './fields.ts';
import { imageCondition, imageKinds, pairKinds, pairQuery } from './issue-sql.ts';
import { setFindings } from './issues.ts';
import { joinSql } from './sql.ts';
import { statisticsOf } from './statistics.ts';

const known = new WeakMap<Catalogue, { key: string; counts: Partial<Record<FindingKind, number>> }>();

/** Images (pairs, classes) of each kind at these thresholds, without the dismissed; kinds without any are left out. */
export function issueCounts(catalogue: Catalogue, thresholds: FindingThresholds): Partial<Record<FindingKind, number>> {
  const key = JSON.stringify([catalogue.version, thresholds]);
  const before = known.get(catalogue);
  if (before?.key === key) return before.counts;
  const counts: Partial<Record<FindingKind, number>> = {};
  const add = (kind: FindingKind, count: unknown) => {
    if (Number(count) > 0) counts[kind] = Number(count);
  };
  add('unreadable', catalogue.facts.unreadable);
  const statistics = statisticsOf(catalogue);
  const sums = joinSql(
    imageKinds.map((kind) => {
      const { text, values } = imageCondition(kind, thresholds, statistics);
      return { text: `sum(${text}) AS "${kind}"`, values };
    }),
    ', ',
  );
  const row = catalogue.get(`SELECT ${sums.text} FROM ${fromOf(sums.text)}`, ...sums.values);
  for (const kind of imageKinds) add(kind, row?.[kind]);
  for (const kind of pairKinds) {
    const pairs = pairQuery(kind, thresholds, 'count(*) AS n');
    add(kind, catalogue.get(pairs.text, ...pairs.values)?.n);
  }
  for (const { kind } of setFindings(catalogue, null, thresholds)) counts[kind] = (counts[kind] ?? 0) + 1;
  known.set(catalogue, { key, counts });
  return counts;
}
