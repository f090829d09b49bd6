import { element, setAttribute, setText } from './dom.ts';
import { slotOf, smoothingAt, smoothingSlots } from './smoothing-scale.ts';

/** A choice of a few: native radio buttons, which the arrow keys and screen readers know. @param name unique on the page. */
export function segments<Value extends string>(
  title: string,
  name: string,
  options: readonly (readonly [value: Value, label: string])[],
  selected: Value,
  onChange: (value: Value) => void,
): HTMLElement {
  const legend = element('legend', {}, title);
  const labels = options.map(([value, label]) => {
    const input = element('input', { type: 'radio', name, value, checked: value === selected });
    input.addEventListener('change', () => onChange(value));
    return element('label', {}, input, element('span', {}, label));
  });
  return element('fieldset', { class: 'segments' }, legend, element('span', { class: 'segments-row' }, ...labels));
}

/** How much curves are smoothed: 0 (off) … 0.99. */
export function smoothingSlider(smoothing: number, onChange: (smoothing: number) => void): HTMLElement {
  const output = element('output', { class: 'slider-value' });
  const input = element('input', { type: 'range', min: 0, max: smoothingSlots, step: 1, id: 'smoothing' });
  input.value = String(slotOf(smoothing));
  const show = (value: number) => {
    const text = value === 0 ? 'off' : value.toFixed(2);
    setText(output, text);
    setAttribute(input, 'aria-valuetext', text);
  };
  show(smoothing);
  input.addEventListener('input', () => {
    const value = smoothingAt(Number(input.value));
    show(value);
    onChange(value);
  });
  return element('div', { class: 'slider' }, element('label', { for: 'smoothing' }, 'Smoothing'), input, output);
}
