import './lr-finder.css';
import type { FinderPanelState, FromFinderPanel, ToFinderPanel } from '../../src/protocol/lr-finder-panel.ts';
import { connect } from '../ui/bus.ts';
import { FinderPanel } from './panel.ts';

/** The page of a learning-rate finder: the host answers `ready` with a snapshot and sends another whenever something changed. */
const bus = connect<ToFinderPanel, FromFinderPanel, FinderPanelState>(['snapshot']);
const panel = new FinderPanel(bus);
document.getElementById('root')!.replaceChildren(panel.root);
bus.post({ type: 'ready' });
