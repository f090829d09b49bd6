import {
  type AgreementBand,
  type SuggestionRanges,
  type Suggestions,
  suggestionMethods,
} from '../../protocol/lr-finder.ts';

/** Lowest, middle and highest smoothed loss of all sweeps at each iteration; sweeps that ended before it are left out. */
export function agreementBand(
  sweeps: readonly { rates: readonly number[]; smoothed: readonly (number | null)[] }[],
): AgreementBand {
  const band: AgreementBand = { rates: [], min: [], median: [], max: [] };
  const longest = Math.max(0, ...sweeps.map(({ smoothed }) => smoothed.length));
  for (let at = 0; at < longest; at++) {
    const values = sweeps
      .map(({ smoothed }) => smoothed[at])
      .filter((value): value is number => typeof value === 'number' && Number.isFinite(value))
      .sort((a, b) => a - b);
    if (values.length === 0) continue;
    band.rates.push(sweeps.find(({ rates }) => at < rates.length)!.rates[at]!);
    band.min.push(values[0]!);
    band.median.push(middle(values));
    band.max.push(values.at(-1)!);
  }
  return band;
}

/** Each method's suggestions over the seeds. */
export function rangesOf(suggestions: readonly Suggestions[]): SuggestionRanges {
  const ranges: SuggestionRanges = {};
  for (const method of suggestionMethods) {
    const rates = suggestions
      .map((found) => found[method])
      .filter((rate) => rate !== undefined)
      .sort((a, b) => a - b);
    if (rates.length === 0) continue;
    ranges[method] = { median: logMiddle(rates), min: rates[0]!, max: rates.at(-1)!, seeds: rates.length };
  }
  return ranges;
}

/** Median of sorted values, of which there is at least one. */
function middle(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** As `middle`, on the logarithmic scale: of two in the middle their geometric mean. */
function logMiddle(sorted: readonly number[]): number {
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half]! : Math.sqrt(sorted[half - 1]! * sorted[half]!);
}
