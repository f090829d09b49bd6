/** The candidate that needs the fewest edits to become `word`; null where none is near. For "did you mean". */
export function closest(word: string, candidates: readonly string[]): string | null {
  const wanted = normalize(word);
  let best: { name: string; distance: number } | null = null;
  for (const name of candidates) {
    const distance = Math.min(
      editDistance(wanted, normalize(name)),
      editDistance(wanted, normalize(name.slice(name.lastIndexOf('.') + 1))),
    );
    if (!best || distance < best.distance) best = { name, distance };
  }
  return best && best.distance <= Math.max(wanted.length > 3 ? 2 : 1, Math.floor(wanted.length / 3)) ? best.name : null;
}

/** `" Did you mean “x”?"`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const name = closest(word, candidates);
  return name === null ? '' : ` Did you mean "${name}"?`;
}

function normalize(word: string): string {
  return word.toLowerCase().replace(/[_-]/g, '');
}

/** Levenshtein distance. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
