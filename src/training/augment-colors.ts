import { Problem } from '../problem.ts';
import type { RunConfig } from './config.ts';

/** @throws Problem `no-colors` where colours would be changed of images that have bands instead */
export function assertColorsFor({ augment, input }: Pick<RunConfig, 'augment' | 'input'>): void {
  if (input.color !== 'bands') return;
  const name = (['saturation', 'hue'] as const).find((one) => augment[one].probability > 0);
  if (name === undefined) return;
  throw new Problem(
    'no-colors',
    `augment.${name} changes colours, and bands are none: nothing says which of them is red, green or blue.`,
    `Set augment.${name}.probability to 0; brightness, contrast and channelShift change bands too.`,
  );
}
