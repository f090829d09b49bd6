import type { PanelSchedule } from '../../src/protocol/schedule-panel.ts';
import { count, figure } from '../ui/format.ts';

/** The schedule in figures: term and text. */
export function factsOf(kind: string, schedule: PanelSchedule): [term: string, text: string][] {
  const { rates, momenta, epochs, images, totalEpochs, totalSteps, momentumName } = schedule;
  const peak = Math.max(...rates);
  const at = epochs[rates.indexOf(peak)]!;
  const [low, high] = [Math.min(...momenta), Math.max(...momenta)];
  const steps: [string, string][] =
    images === null ? [] : [['Steps', `${count(totalSteps)}, ${count(Math.round(totalSteps / totalEpochs))} an epoch`]];
  return [
    ['Schedule', kind],
    ['Peak', `${figure(peak, 3)}${at > 0 ? ` at epoch ${figure(at, 2)}` : ''}`],
    ['First', figure(rates[0]!, 3)],
    ['Last', figure(rates.at(-1)!, 3)],
    [momentumName, low === high ? figure(low, 3) : `${figure(low, 3)} … ${figure(high, 3)}`],
    ['Epochs', count(totalEpochs)],
    ...steps,
  ];
}
