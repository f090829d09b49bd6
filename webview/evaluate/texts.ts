import type { Estimate, EvaluationSummary, SliceReport } from '../../src/protocol/evaluation.ts';
import { percent } from '../ui/format.ts';

export const viewsNames = {
  none: 'As they are',
  flip: 'Mirrored too',
  'ten-crop': 'Ten crops',
  augment: 'Augmented (fastai)',
  'augment-mean': 'Augmented, mean',
} as const;

/** `test split`, `folder holiday`. */
export function targetText({ target, views }: Pick<EvaluationSummary, 'target' | 'views'>): string {
  const where =
    target.kind === 'split' ? `${target.split} split` : (target.source.split(/[\\/]/).at(-1) ?? target.source);
  return views.name === 'none' ? where : `${where}, ${viewsNames[views.name].toLowerCase()}`;
}

/** `91.2–94.0%`; empty without an interval. */
export function interval({ low, high }: Estimate, text: (value: number | null) => string = percent): string {
  return low === null || high === null ? '' : `${text(low)} – ${text(high)}`;
}

/** `brightness 0.12 – 0.31` or what the slice is called. */
export function sliceText({ attribute, name, from, to }: SliceReport): string {
  if (from === null || to === null) return name;
  const digits = (value: number) => (attribute === 'size' ? String(Math.round(value)) : value.toFixed(2));
  return `${name} (${digits(from)} – ${digits(to)}${attribute === 'size' ? ' px' : ''})`;
}
