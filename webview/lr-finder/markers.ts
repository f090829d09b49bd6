import {
  type SuggestionMethod,
  type SuggestionRanges,
  type Suggestions,
  suggestionMethods,
} from '../../src/protocol/lr-finder.ts';

/** One of the four rates on the curve. */
export interface Marker {
  method: SuggestionMethod;
  rate: number;
  /** Median of the seeds; what the marker goes back to. */
  suggested: number;
  min: number;
  max: number;
  moved: boolean;
  selected: boolean;
}

/** The markers in the order of the methods: each where it was suggested, or where the user dragged it. */
export function markersOf(ranges: SuggestionRanges, moved: Suggestions, selected: SuggestionMethod): Marker[] {
  const found = suggestionMethods.filter((method) => ranges[method]);
  const chosen = found.includes(selected) ? selected : found[0];
  return found.map((method) => {
    const { median, min, max } = ranges[method]!;
    const rate = moved[method] ?? median;
    return {
      method,
      rate,
      suggested: median,
      min,
      max,
      moved: moved[method] !== undefined,
      selected: method === chosen,
    };
  });
}

/** Room for a label and the gap to the next one in the same row, in pixels. */
const LABEL_GAP = 6;

/**
 * A row for each label so that none covers another, as far as the rows suffice.
 * @param labels left edge and width in pixels
 */
export function labelRows(labels: readonly { left: number; width: number }[], rows: number): number[] {
  const ends = new Array<number>(rows).fill(Number.NEGATIVE_INFINITY);
  const order = [...labels.keys()].sort((a, b) => labels[a]!.left - labels[b]!.left);
  const result = new Array<number>(labels.length).fill(0);
  for (const at of order) {
    const { left, width } = labels[at]!;
    const free = ends.findIndex((end) => end + LABEL_GAP <= left);
    const row = free < 0 ? rows - 1 : free;
    ends[row] = left + width;
    result[at] = row;
  }
  return result;
}
