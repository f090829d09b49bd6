import './predict.css';
import type { FromPredictPanel, PredictPanelState, ToPredictPanel } from '../../src/protocol/predict-panel.ts';
import { connect } from '../ui/bus.ts';
import { PredictPanel } from './panel.ts';

const bus = connect<ToPredictPanel, FromPredictPanel, PredictPanelState>([
  'subject',
  'items',
  'picture',
  'saliency',
  'saliency-failed',
  'batch',
]);
const panel = new PredictPanel(bus);
document.getElementById('root')!.replaceChildren(panel.root);
bus.post({ type: 'ready' });
