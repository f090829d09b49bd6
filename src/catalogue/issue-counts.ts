import { defaultThresholds, type FindingKind, type FindingThresholds } from '../protocol/findings.ts';
import type { Catalogue } from './catalogue.ts';
import { fromOf } from './fields.ts';
import { type ImageKind, imageCondition, imageKinds, pairKinds, pairQuery } from './issue-sql.ts';
import { setFindings } from './issues.ts';
import { isKept, keptValue, rememberedValue } from './remember.ts';
import { joinSql } from './sql.ts';
import { statisticsOf } from './statistics.ts';

type Counts = Partial<Record<FindingKind, number>>;

/** Which thresholds a count depends on: when one moves, the other counts stay. */
const THRESHOLDS_OF: Record<ImageKind, (keyof FindingThresholds)[]> = {
  dark: ['dark'],
  light: ['light'],
  'low-contrast': ['lowContrast'],
  blurry: ['blurry'],
  'odd-size': ['oddSize'],
  'odd-aspect': ['oddAspect'],
  'low-information': ['lowInformation'],
  greyscale: [],
  'uniform-border': ['uniformBorder'],
  outlier: ['outlier'],
  label: [],
  ambiguous: ['ambiguousFrom', 'ambiguousTo'],
};

/** Images (pairs, classes) of each kind at these thresholds, without the dismissed; kinds without any are left out. */
export function issueCounts(catalogue: Catalogue, thresholds: FindingThresholds): Counts {
  const isDefault = JSON.stringify(thresholds) === JSON.stringify(defaultThresholds);
  if (isDefault)
    return rememberedValue(catalogue, 'issue-counts-by-style-and-contrast', () => countIssues(catalogue, thresholds));
  return countIssues(catalogue, thresholds);
}

function countIssues(catalogue: Catalogue, thresholds: FindingThresholds): Counts {
  const counts: Counts = {};
  const add = (kind: FindingKind, count: number) => {
    if (count > 0) counts[kind] = count;
  };
  add('unreadable', catalogue.facts.unreadable);
  const images = imageCounts(catalogue, thresholds);
  for (const kind of imageKinds) add(kind, images[kind] ?? 0);
  for (const kind of pairKinds) {
    const key = `pairs:${kind}:${kind === 'exact-duplicate' ? '' : thresholds.nearDuplicate}`;
    const pairs = pairQuery(kind, thresholds, 'count(*) AS n');
    add(
      kind,
      keptValue(catalogue, key, () => Number(catalogue.get(pairs.text, ...pairs.values)?.n)),
    );
  }
  for (const { kind } of setFindings(catalogue, null, thresholds)) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** Counts in one look at the images what is not counted yet. */
function imageCounts(catalogue: Catalogue, thresholds: FindingThresholds): Partial<Record<ImageKind, number>> {
  const keyOf = (kind: ImageKind) => `count:${kind}:${THRESHOLDS_OF[kind].map((name) => thresholds[name]).join()}`;
  const open = imageKinds.filter((kind) => !isKept(catalogue, keyOf(kind)));
  const found = open.length > 0 ? sumConditions(catalogue, open, thresholds) : {};
  const count = (kind: ImageKind) => keptValue(catalogue, keyOf(kind), () => Number(found[kind] ?? 0));
  return Object.fromEntries(imageKinds.map((kind) => [kind, count(kind)]));
}

function sumConditions(
  catalogue: Catalogue,
  kinds: readonly ImageKind[],
  thresholds: FindingThresholds,
): Record<string, unknown> {
  const statistics = statisticsOf(catalogue);
  const sums = joinSql(
    kinds.map((kind) => {
      const { text, values } = imageCondition(kind, thresholds, statistics);
      return { text: `sum(${text}) AS "${kind}"`, values };
    }),
    ', ',
  );
  return catalogue.get(`SELECT ${sums.text} FROM ${fromOf(sums.text)}`, ...sums.values) ?? {};
}
