import type { WarningEvent } from '../protocol/events.ts';
import type { RunConfig } from './config.ts';

/** An average must forget the first weights, which know nothing: it needs this many times its memory of 1 / (1 − decay) updates. */
const MEMORIES = 5;

/** What about the settings may spoil a run of so many updates of the weights, in words. */
export function settingsWarnings({ training }: Pick<RunConfig, 'training'>, updates: number): WarningEvent[] {
  const memory = 1 / (1 - training.ema);
  if (training.ema === 0 || updates >= MEMORIES * memory) return [];
  const fitting = Math.max(0, Math.floor((1 - MEMORIES / updates) * 100) / 100);
  const message = `The moving average of the weights (training.ema ${training.ema}) remembers ${Math.round(memory)} updates and the run has ${updates}: its first weights, which know nothing, stay in it. Train longer, or lower training.ema to ${fitting}.`;
  return [{ kind: 'warning', code: 'long-average', message }];
}
