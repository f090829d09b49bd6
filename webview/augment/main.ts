import './augment.css';
import type { AugmentPanelState, FromAugmentPanel, ToAugmentPanel } from '../../src/protocol/augment-panel.ts';
import { connect } from '../ui/bus.ts';
import { AugmentPanel } from './panel.ts';

/** The augmentation preview's page. The host answers `ready` with a `setup`, every `render` with a `preview` or `failed`. */
const types = ['setup', 'values', 'preview', 'failed', 'checking', 'safety'] as const;
const bus = connect<ToAugmentPanel, FromAugmentPanel, AugmentPanelState>(types);
const panel = new AugmentPanel(bus);
document.getElementById('root')!.replaceChildren(panel.root);
bus.post({ type: 'ready' });
