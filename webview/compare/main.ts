import './compare.css';
import type { ComparePanelState, FromComparePanel, ToComparePanel } from '../../src/protocol/compare-panel.ts';
import { connect } from '../ui/bus.ts';
import { ComparePanel } from './panel.ts';

/** The Compare panel's page: the host answers `ready` with the runs, then sends curves piece by piece, verdicts and changes. */
const bus = connect<ToComparePanel, FromComparePanel, ComparePanelState>([
  'runs',
  'curves',
  'verdicts',
  'detail',
  'pictures',
  'view',
]);
const panel = new ComparePanel(bus);
document.getElementById('root')!.replaceChildren(panel.root);
bus.post({ type: 'ready' });
