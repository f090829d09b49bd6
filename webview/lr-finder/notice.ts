import type { FinderSnapshot } from '../../src/protocol/lr-finder-panel.ts';
import { figure } from '../ui/format.ts';
import { isActive } from '../ui/state-looks.ts';
import { rateText } from './rate.ts';

/** What stands above the curve: the verdict in words, or why there is none yet. */
export interface Notice {
  kind: 'busy' | 'good' | 'warning' | 'bad' | 'quiet';
  title: string;
  text: string;
  advice: string;
  /** The log may say more. */
  log: boolean;
}

const confidenceText = { high: 'high confidence', medium: 'medium confidence', low: 'low confidence' };

export function noticeOf({ summary }: Pick<FinderSnapshot, 'summary'>): Notice {
  const { state, verdict, message, advice } = summary;
  if (state === 'failed') {
    return { kind: 'bad', title: message ?? 'Looking for the rate failed', text: '', advice: advice ?? '', log: true };
  }
  if (isActive(state) || state === 'queued') return underWay(summary);
  if (verdict?.usable) {
    const title = `${rateText(verdict.rate)}, ${confidenceText[verdict.confidence]}`;
    return { kind: 'good', title, text: verdict.message, advice: verdict.advice, log: false };
  }
  if (verdict) {
    return { kind: 'warning', title: 'No usable valley', text: verdict.message, advice: verdict.advice, log: false };
  }
  if (state === 'interrupted') {
    const text = 'The process ended before it had a verdict.';
    return { kind: 'warning', title: 'Interrupted', text, advice: 'Run it again.', log: true };
  }
  return {
    kind: 'quiet',
    title: 'Stopped',
    text: 'There is no point of the curve yet.',
    advice: 'Run it again.',
    log: false,
  };
}

function underWay({ current, sweep, state, rate, loss }: FinderSnapshot['summary']): Notice {
  const notice = { kind: 'busy', advice: '', log: false } as const;
  if (state === 'stopping') return { ...notice, title: 'Stopping…', text: 'What there is will be judged.' };
  if (current === 0) return { ...notice, title: 'Starting…', text: 'Preparing images, engine and model.' };
  const seed = sweep.seeds > 1 ? `Seed ${current} of ${sweep.seeds}` : 'Looking for the rate';
  return { ...notice, title: `${seed}…`, text: `Rate ${rateText(rate)}, smoothed loss ${figure(loss)}.` };
}
