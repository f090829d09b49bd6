import type { FindingKind } from '../../protocol/findings.ts';

/** How rows of a kind are looked at and decided. */
export type KindGroup =
  /** One image whose label is in doubt. */
  | 'label'
  /** Images that show the same. */
  | 'copies'
  /** One image that is bad or odd as a picture. */
  | 'picture'
  /** A class or the whole set. */
  | 'set';

const groups: Record<FindingKind, KindGroup> = {
  label: 'label',
  ambiguous: 'label',
  'exact-duplicate': 'copies',
  'near-duplicate': 'copies',
  'conflicting-labels': 'copies',
  'split-leak': 'copies',
  unreadable: 'picture',
  dark: 'picture',
  light: 'picture',
  'low-contrast': 'picture',
  blurry: 'picture',
  'odd-size': 'picture',
  'odd-aspect': 'picture',
  'low-information': 'picture',
  greyscale: 'picture',
  'uniform-border': 'picture',
  outlier: 'picture',
  'rare-class': 'set',
  'class-imbalance': 'set',
  'spurious-correlation': 'set',
};

export function groupOf(kind: FindingKind): KindGroup {
  return groups[kind];
}

export function isFindingKind(value: unknown): value is FindingKind {
  return typeof value === 'string' && Object.hasOwn(groups, value);
}
