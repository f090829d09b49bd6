import './inspect.css';
import type { FromInspectPanel, InspectPanelState, ToInspectPanel } from '../../src/protocol/inspect-panel.ts';
import { connect } from '../ui/bus.ts';
import { InspectPanel } from './panel.ts';

const bus = connect<ToInspectPanel, FromInspectPanel, InspectPanelState>([
  'state',
  'answer',
  'refused',
  'pictures',
  'opinion',
  'show',
]);
const panel = new InspectPanel(bus);
document.getElementById('root')!.replaceChildren(panel.root);
bus.post({ type: 'ready' });
