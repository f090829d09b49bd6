import './baseline.css';
import type { BaselinePanelState, FromBaselinePanel, ToBaselinePanel } from '../../src/protocol/baseline-panel.ts';
import { connect } from '../ui/bus.ts';
import { BaselinePanel } from './panel.ts';

const bus = connect<ToBaselinePanel, FromBaselinePanel, BaselinePanelState>(['list', 'report', 'pictures']);
const panel = new BaselinePanel(bus);
document.getElementById('root')!.replaceChildren(panel.root);
bus.post({ type: 'ready' });
