import type { ComparePanelState, CompareScope, CompareSettings } from '../../src/protocol/compare-panel.ts';

const defaults: CompareSettings = {
  xAxis: 'step',
  logScale: false,
  smoothing: 0.6,
  charts: null,
  hiddenRuns: [],
  sort: null,
  scatter: null,
  brushes: {},
  looks: {},
  selected: null,
};

/** What was kept, with defaults where an older version kept less. */
export function restoreSettings(saved: Partial<CompareSettings>): CompareSettings {
  const known = Object.entries(saved).filter(([key, value]) => key in defaults && value !== undefined);
  return { ...defaults, ...Object.fromEntries(known) };
}

export function stateOf(scope: CompareScope, settings: CompareSettings): ComparePanelState {
  return { scope, ...settings };
}
