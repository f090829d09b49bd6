import type { PreviewPicture } from '../../src/protocol/augment-preview.ts';
import { percent } from '../ui/format.ts';

/** Small pictures are enlarged to the first of these, large ones shrink to the second; pixels. */
export const LEAST_SIDE = 96;
const MOST_SIDE = 168;

/** How large a picture is shown, keeping its aspect. */
export function shownSize(width: number, height: number): { width: number; height: number } {
  const longest = Math.max(width, height);
  const scale = Math.min(MOST_SIDE, Math.max(LEAST_SIDE, longest)) / longest;
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

/** `+ 34% dog`: what another image brought into the label; empty: nothing. */
export function blendOf({ shares }: Pick<PreviewPicture, 'shares'>, own: string): string {
  const others = (shares ?? []).filter(({ className, share }) => className !== own && share >= 0.005);
  return others.map(({ className, share }) => `+ ${percent(share, 0)} ${className}`).join(' ');
}
