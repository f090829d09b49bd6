import type { FindingKind } from '../../protocol/findings.ts';

/** What the kinds are called in trees and lists. */
export const kindTitles: Record<FindingKind, string> = {
  label: 'Label issues',
  ambiguous: 'Ambiguous',
  'conflicting-labels': 'Conflicting labels',
  'exact-duplicate': 'Exact duplicates',
  'near-duplicate': 'Near duplicates',
  'split-leak': 'Leaks between splits',
  outlier: 'Outliers',
  unreadable: 'Unreadable',
  dark: 'Dark',
  light: 'Light',
  'low-contrast': 'Low contrast',
  blurry: 'Blurry',
  'low-information': 'Little information',
  'odd-size': 'Odd size',
  'odd-aspect': 'Odd aspect ratio',
  greyscale: 'Greyscale',
  'uniform-border': 'Uniform border',
  'rare-class': 'Rare classes',
  'class-imbalance': 'Class imbalance',
  'spurious-correlation': 'Spurious correlations',
};
