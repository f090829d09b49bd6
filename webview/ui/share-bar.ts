import { element } from './dom.ts';

/** A share 0–1 as a mark on a scale, with its interval as a band. Decoration: the figures stand beside it. */
export function shareBar({ value, low, high }: { value: number; low: number; high: number }): HTMLElement {
  const band = element('span', { class: 'share-band' });
  band.style.left = `${low * 100}%`;
  band.style.width = `${(high - low) * 100}%`;
  const mark = element('span', { class: 'share-mark' });
  mark.style.left = `${value * 100}%`;
  return element('span', { class: 'share-bar', 'aria-hidden': 'true' }, band, mark);
}
