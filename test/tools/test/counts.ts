export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export interface PartResult extends Counts {
  name: string;
  seconds: number;
}

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0 };

export function addCounts(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** A part in which nothing ran is a part that is broken. */
export function ranNothing(part: Counts): boolean {
  return part.passed + part.failed + part.skipped === 0;
}

/** A table of the parts, and as the last line what ran in all: `N passed, N failed, N skipped`. */
export function closingLine(parts: PartResult[]): string {
  const rows = parts.map((part) => {
    const counts = ranNothing(part) ? 'ran no test' : summary(part);
    return `${part.name.padEnd(12)} ${part.seconds.toFixed(1).padStart(7)} s   ${counts}`;
  });
  return [...rows, summary(parts.reduce<Counts>(addCounts, noCounts))].join('\n');
}

export function exitCode(parts: PartResult[]): 0 | 1 {
  return parts.length === 0 || parts.some((part) => part.failed > 0 || ranNothing(part)) ? 1 : 0;
}

function summary({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
