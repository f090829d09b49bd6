import { type FindingKind, type FindingThresholds, WIDEST_NEAR } from '../../src/protocol/findings.ts';

/** How rows of a kind look, and which acts make sense on them. */
export type RowLook = 'label' | 'copies' | 'picture' | 'set';

export interface KindText {
  title: string;
  /** What is looked for, in a sentence. */
  text: string;
  look: RowLook;
}

export const kindTexts: Record<FindingKind, KindText> = {
  label: {
    title: 'Label issues',
    text: 'The model, which never saw the image, disagrees with its label.',
    look: 'label',
  },
  ambiguous: {
    title: 'Ambiguous',
    text: 'The model can’t decide between classes; the label may well be right.',
    look: 'label',
  },
  'conflicting-labels': {
    title: 'Conflicting labels',
    text: 'Copies of one image with different labels.',
    look: 'copies',
  },
  'exact-duplicate': { title: 'Exact duplicates', text: 'The same pixels more than once.', look: 'copies' },
  'near-duplicate': {
    title: 'Near duplicates',
    text: 'Images that look the same, resized, re-encoded or slightly changed.',
    look: 'copies',
  },
  'split-leak': {
    title: 'Leaks between splits',
    text: 'An image of one split has a copy in another: figures come out too good.',
    look: 'copies',
  },
  outlier: { title: 'Outliers', text: 'Far from every other image.', look: 'picture' },
  unreadable: { title: 'Unreadable', text: 'Files that can’t be decoded.', look: 'picture' },
  dark: { title: 'Dark', text: 'Even the brightest parts are dark.', look: 'picture' },
  light: { title: 'Light', text: 'Even the darkest parts are light.', look: 'picture' },
  'low-contrast': { title: 'Low contrast', text: 'Little between the dark and the bright parts.', look: 'picture' },
  blurry: { title: 'Blurry', text: 'Few sharp edges.', look: 'picture' },
  'low-information': { title: 'Little information', text: 'Hardly any variation of brightness.', look: 'picture' },
  'odd-size': { title: 'Odd size', text: 'Far smaller or larger than the rest.', look: 'picture' },
  'odd-aspect': { title: 'Odd aspect ratio', text: 'Far from square.', look: 'picture' },
  greyscale: { title: 'Greyscale', text: 'Grey among images in colour.', look: 'picture' },
  'uniform-border': {
    title: 'Uniform border',
    text: 'A frame of one colour takes much of the image.',
    look: 'picture',
  },
  'rare-class': { title: 'Rare classes', text: 'Classes with far fewer images than the mean.', look: 'set' },
  'class-imbalance': {
    title: 'Class imbalance',
    text: 'How unevenly the images spread over the classes.',
    look: 'set',
  },
  'spurious-correlation': {
    title: 'Spurious correlations',
    text: 'A class that goes with size, brightness or folder: a shortcut to learn.',
    look: 'set',
  },
};

export const kindSections: { title: string; kinds: FindingKind[] }[] = [
  { title: 'Labels', kinds: ['label', 'ambiguous', 'conflicting-labels'] },
  { title: 'Copies', kinds: ['exact-duplicate', 'near-duplicate', 'split-leak'] },
  {
    title: 'Pictures',
    kinds: [
      ...(['unreadable', 'blurry', 'dark', 'light', 'low-contrast', 'low-information', 'uniform-border'] as const),
      ...(['greyscale', 'odd-size', 'odd-aspect', 'outlier'] as const),
    ],
  },
  { title: 'Data set', kinds: ['rare-class', 'class-imbalance', 'spurious-correlation'] },
];

export interface ThresholdControl {
  name: keyof FindingThresholds;
  /** What the slider says of itself. */
  title: string;
  min: number;
  max: number;
  step: number;
}

const below = (name: keyof FindingThresholds, title: string, max: number): ThresholdControl => ({
  ...{ name, title, min: 0, max, step: 0.01 },
});

/** The thresholds by which a kind is found; none: it has none to move. */
export const thresholdControls: Partial<Record<FindingKind, ThresholdControl[]>> = {
  dark: [below('dark', 'Brightness below', 1)],
  light: [below('light', 'Darkness below', 0.5)],
  'low-contrast': [below('lowContrast', 'Contrast below', 0.6)],
  blurry: [below('blurry', 'Sharpness below', 1)],
  'low-information': [below('lowInformation', 'Information below', 0.8)],
  'odd-aspect': [below('oddAspect', 'Short by long side below', 1)],
  'odd-size': [{ name: 'oddSize', title: 'Quartile distances', min: 0.5, max: 10, step: 0.1 }],
  'uniform-border': [below('uniformBorder', 'Share above', 0.9)],
  'near-duplicate': [{ name: 'nearDuplicate', title: 'Bits of 64 that may differ', min: 0, max: WIDEST_NEAR, step: 1 }],
  outlier: [{ name: 'outlier', title: 'Quartile distances', min: 0.5, max: 6, step: 0.1 }],
  ambiguous: [below('ambiguousFrom', 'From', 1), below('ambiguousTo', 'To', 1)],
  'rare-class': [below('rareClass', 'Share of the mean below', 1)],
};
