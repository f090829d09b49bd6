import { element, setAttribute, setHidden, setText } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { button, checkbox } from '../ui/kit.ts';
import type { XAxis } from './axis.ts';
import { slotOf, smoothingAt, smoothingSlots } from './smoothing-scale.ts';

export interface ToolbarState {
  xAxis: XAxis;
  logScale: boolean;
  smoothing: number;
}

export interface ToolbarListeners {
  onChange(change: Partial<ToolbarState>): void;
  onResetZoom(): void;
  onExport(format: 'png' | 'csv'): void;
}

const axes: readonly [XAxis, string][] = [
  ['step', 'Step'],
  ['epoch', 'Epoch'],
  ['time', 'Time'],
];

/** How the charts are drawn, and where they go. */
export class Toolbar {
  readonly root: HTMLElement;
  readonly #reset: HTMLElement;

  constructor(state: ToolbarState, listeners: ToolbarListeners) {
    this.#reset = button('Reset Zoom', {
      appearance: 'secondary',
      title: 'Show the whole run again (0)',
      icon: icon('zoomOut'),
      onClick: () => listeners.onResetZoom(),
    });
    this.#reset.hidden = true;
    this.root = element(
      'div',
      { class: 'toolbar', role: 'group', 'aria-label': 'Charts' },
      segments(state.xAxis, (xAxis) => listeners.onChange({ xAxis })),
      slider(state.smoothing, (smoothing) => listeners.onChange({ smoothing })),
      checkbox('Log loss', state.logScale, (logScale) => listeners.onChange({ logScale })),
      element(
        'div',
        { class: 'toolbar-end' },
        this.#reset,
        button('PNG', {
          appearance: 'secondary',
          title: 'Save the charts as an image',
          icon: icon('image'),
          onClick: () => listeners.onExport('png'),
        }),
        button('CSV', {
          appearance: 'secondary',
          title: 'Save every curve as a table',
          icon: icon('table'),
          onClick: () => listeners.onExport('csv'),
        }),
      ),
    );
  }

  setZoomed(zoomed: boolean): void {
    setHidden(this.#reset, !zoomed);
  }
}

/** Native radio buttons: the arrow keys and screen readers know them. */
function segments(selected: XAxis, onChange: (axis: XAxis) => void): HTMLElement {
  const legend = element('legend', {}, 'X axis');
  const options = axes.map(([value, label]) => {
    const input = element('input', { type: 'radio', name: 'x-axis', value, checked: value === selected });
    input.addEventListener('change', () => onChange(value));
    return element('label', {}, input, element('span', {}, label));
  });
  return element('fieldset', { class: 'segments' }, legend, element('span', { class: 'segments-row' }, ...options));
}

function slider(smoothing: number, onChange: (smoothing: number) => void): HTMLElement {
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
