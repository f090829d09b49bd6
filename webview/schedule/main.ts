import './schedule.css';
import type { FromSchedulePanel, SchedulePanelState, ToSchedulePanel } from '../../src/protocol/schedule-panel.ts';
import { connect } from '../ui/bus.ts';
import { SchedulePanel } from './panel.ts';

/** The page of the schedule preview: the host answers `ready` with a schedule and sends another as the config is typed. */
const bus = connect<ToSchedulePanel, FromSchedulePanel, SchedulePanelState>(['schedule']);
const panel = new SchedulePanel(bus);
document.getElementById('root')!.replaceChildren(panel.root);
bus.post({ type: 'ready' });
