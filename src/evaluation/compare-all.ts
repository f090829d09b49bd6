import { seedGroups } from '../jobs/compare/groups.ts';
import type { ComparedRun, Verdict, VerdictFigures } from '../protocol/compare.ts';
import { readRunPredictions } from './run-predictions.ts';
import { compareRuns, correctAll, type SeededRun, type Significance } from './significance.ts';
import { describeVerdict } from './verdict.ts';

/** Up to so many comparisons get 2,000 resamples each, more of them 1,000. */
const FEW = 20;

/**
 * Every configuration among the runs beside the baseline's, with seeds of one configuration pooled and corrected for how many
 * comparisons there are. One configuration's predictions are in memory at a time, beside the baseline's.
 * @param onProgress comparisons done, and of how many
 */
export async function compareAll(
  runs: readonly ComparedRun[],
  baseline: ComparedRun,
  onProgress?: (done: number, total: number) => void,
): Promise<Verdict[]> {
  const groups = seedGroups(runs);
  const reference = groups.find((group) => group.includes(baseline)) ?? [baseline];
  const others = groups.filter((group) => group !== reference);
  const known = reference.flatMap(withPredictions);
  const results: (Significance | null)[] = [];
  const reasons: string[] = [];
  for (const [done, group] of others.entries()) {
    onProgress?.(done, others.length);
    await new Promise((resolve) => setImmediate(resolve));
    const candidates = known.length > 0 ? group.flatMap(withPredictions) : [];
    const resamples = others.length <= FEW ? 2000 : 1000;
    const result = candidates.length > 0 ? compareRuns(known, candidates, { resamples }) : null;
    results.push(result);
    reasons.push(result ? '' : whyNot(baseline, group, known.length > 0, candidates.length > 0));
  }
  onProgress?.(others.length, others.length);
  const corrected = correctAll(results);
  const comparisons = corrected.filter((result) => result !== null).length;
  return others.map((group, at): Verdict => {
    const ids = group.map(({ id }) => id);
    const result = corrected[at];
    const text = reasons[at] ?? '';
    if (!result) return { runs: ids, baseline: reference.map(({ id }) => id), verdict: 'none', text };
    const names = { a: baseline.name, b: (group[0] as ComparedRun).name, comparisons };
    return {
      runs: ids,
      baseline: result.a,
      verdict: result.verdict,
      text: describeVerdict(result, names),
      figures: figuresOf(result),
    };
  });
}

function withPredictions(run: ComparedRun): SeededRun[] {
  const predictions = run.foreign === null ? readRunPredictions(run.id) : null;
  return predictions ? [{ ...predictions, id: run.id, seed: Number(run.params.seed ?? 0) }] : [];
}

function whyNot(baseline: ComparedRun, group: readonly ComparedRun[], hasReference: boolean, has: boolean): string {
  const [first] = group as [ComparedRun];
  const without = !hasReference ? baseline : !has ? first : null;
  if (!without) return `${first.name} and ${baseline.name} have no image in common.`;
  if (without.foreign !== null) return `${without.name} comes from ${without.foreign} without predictions.`;
  return `${without.name} has no predictions of held-out images yet.`;
}

function figuresOf(result: Significance): VerdictFigures {
  const { split, images, leftOut, counts, imageTest, seedTest, metrics, p, correctedP } = result;
  return {
    split,
    images,
    leftOut,
    counts,
    test: imageTest.name,
    p,
    correctedP,
    seeds: seedTest && {
      kind: seedTest.kind,
      a: seedTest.seedsA,
      b: seedTest.seedsB,
      p: seedTest.t.p,
      permutationP: seedTest.permutationP,
    },
    metrics,
  };
}
