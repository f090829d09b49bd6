import { segments, smoothingSlider } from '../ui/controls.ts';
import { element, setHidden } from '../ui/dom.ts';
import { icon } from '../ui/icons.ts';
import { button, checkbox } from '../ui/kit.ts';
import type { XAxis } from '../ui/ticks.ts';

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
      segments('X axis', 'x-axis', axes, state.xAxis, (xAxis) => listeners.onChange({ xAxis })),
      smoothingSlider(state.smoothing, (smoothing) => listeners.onChange({ smoothing })),
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
