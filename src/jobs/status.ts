import type { StatusEvent } from '../protocol/events.ts';
import type { RunState } from '../protocol/runs.ts';
import type { LockState } from './lock.ts';

/** What a run's state is derived from; all of it is read from its folder. */
export interface StatusFacts {
  /** The last status event and its time (milliseconds since 1970); null where there is none. */
  lastStatus: { state: StatusEvent['state']; t: number } | null;
  /** Time of the last event of any kind; null where there is none. */
  lastEventAt: number | null;
  /** When the user last asked for more (a continuation or a resume), milliseconds since 1970. */
  requestedAt: number | null;
  stopRequested: boolean;
  lock: LockState;
}

/**
 * The state of a run. A lock that is held means that a process is at it, whatever the events say; without one the last
 * word of the process counts, and a process that did not say a last word was interrupted.
 */
export function deriveState(facts: StatusFacts): RunState {
  const pending = facts.requestedAt !== null && (facts.lastEventAt === null || facts.requestedAt > facts.lastEventAt);
  if (facts.lock === 'live' || facts.lock === 'other-host') return liveState(facts, pending);
  if (facts.lastEventAt === null) return facts.stopRequested ? 'cancelled' : 'queued';
  if (pending) return facts.stopRequested ? 'stopped' : 'queued';
  return facts.lastStatus && isLastWord(facts.lastStatus.state) ? facts.lastStatus.state : 'interrupted';
}

/** True while a process is at work on the run. */
export function isActive(state: RunState): boolean {
  return state === 'starting' || state === 'running' || state === 'stopping';
}

function liveState({ lastStatus, stopRequested }: StatusFacts, pending: boolean): RunState {
  if (lastStatus && isLastWord(lastStatus.state) && !pending) return lastStatus.state;
  if (stopRequested) return 'stopping';
  return lastStatus?.state === 'running' && !pending ? 'running' : 'starting';
}

function isLastWord(state: StatusEvent['state']): state is 'done' | 'stopped' | 'failed' {
  return state === 'done' || state === 'stopped' || state === 'failed';
}
