import '../ui/base.css';
import '../ui/controls.css';
import '../ui/panel.css';
import './clean.css';
import type { CleanPanelState, FromCleanPanel, ToCleanPanel } from '../../src/protocol/clean-panel.ts';
import { connect } from '../ui/bus.ts';
import { CleanPanel } from './panel.ts';

const types: ToCleanPanel['type'][] = [
  ...(['setup', 'state', 'overview', 'searching', 'counts', 'rows', 'unlabelled', 'decided', 'labelled'] as const),
  ...([
    'edits',
    'reload',
    'neighbours',
    'pictures',
    'summary',
    'history',
    'said',
    'focus',
    'view',
    'plan',
    'applied',
    'undone',
    'command',
    'payoff',
  ] as const),
];
const panel = new CleanPanel(connect<ToCleanPanel, FromCleanPanel, CleanPanelState>(types));
document.getElementById('root')?.append(panel.root);
panel.start();
