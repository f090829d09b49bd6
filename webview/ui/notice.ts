import { type Child, element } from './dom.ts';

/** What stands in a `.notice`: a sign, what is the matter, what to do about it, and more below. */
export function noticeParts(sign: Element, title: string, advice: Child, ...more: Child[]): HTMLElement[] {
  return [
    element('div', { class: 'notice-sign' }, sign),
    element(
      'div',
      { class: 'notice-text' },
      element('div', { class: 'notice-title' }, title),
      element('div', { class: 'notice-advice' }, advice),
      ...more,
    ),
  ];
}
