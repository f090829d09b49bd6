import './evaluate.css';
import type { EvaluatePanelState, FromEvaluatePanel, ToEvaluatePanel } from '../../src/protocol/evaluate-panel.ts';
import { connect } from '../ui/bus.ts';
import { EvaluatePanel } from './panel.ts';

const bus = connect<ToEvaluatePanel, FromEvaluatePanel, EvaluatePanelState>([
  'list',
  'report',
  'images',
  'pictures',
  'saliency',
  'saliency-failed',
]);
const panel = new EvaluatePanel(bus);
document.getElementById('root')!.replaceChildren(panel.root);
bus.post({ type: 'ready' });
