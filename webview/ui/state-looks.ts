import type { RunState } from '../../src/protocol/runs.ts';
import type { IconName } from './icon-shapes.ts';

export interface StateLook {
  label: string;
  icon: IconName;
  tone: 'active' | 'good' | 'bad' | 'warning' | 'quiet';
}

export const stateLooks: Record<RunState, StateLook> = {
  queued: { label: 'Queued', icon: 'clock', tone: 'quiet' },
  starting: { label: 'Starting', icon: 'pulse', tone: 'active' },
  running: { label: 'Running', icon: 'pulse', tone: 'active' },
  stopping: { label: 'Stopping', icon: 'stop', tone: 'active' },
  done: { label: 'Done', icon: 'check', tone: 'good' },
  stopped: { label: 'Stopped', icon: 'stop', tone: 'quiet' },
  failed: { label: 'Failed', icon: 'error', tone: 'bad' },
  interrupted: { label: 'Interrupted', icon: 'bolt', tone: 'warning' },
  cancelled: { label: 'Cancelled', icon: 'cancelled', tone: 'quiet' },
};

export function isActive(state: RunState): boolean {
  return state === 'starting' || state === 'running' || state === 'stopping';
}
