/** One image of what `loupe predict --json` answers. */
export interface Prediction {
  path: string;
  /** The most likely first; probability 0–1. Empty where the image was skipped. */
  top: { label: string; probability: number }[];
  /** Why it could not be classified. */
  skipped: string | null;
}

export function readPredictions(value: unknown): Prediction[] {
  if (!isRecord(value) || !Array.isArray(value.images)) return [];
  return value.images.filter(isRecord).map((image) => ({
    path: String(image.path),
    top: Array.isArray(image.top) ? image.top.filter(isClass) : [],
    skipped: typeof image.skipped === 'string' ? String(image.message ?? image.skipped) : null,
  }));
}

/** A share as a bar of half blocks, at least a sliver: `█████▌`. @param width blocks of a share of 1. */
export function bar(share: number, width = 24): string {
  const halves = Math.round(Math.max(0, Math.min(1, share)) * width * 2);
  return `${'█'.repeat(Math.floor(halves / 2))}${halves % 2 ? '▌' : ''}` || '▏';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isClass(value: unknown): value is { label: string; probability: number } {
  return isRecord(value) && typeof value.label === 'string' && typeof value.probability === 'number';
}
