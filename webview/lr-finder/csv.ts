import type { PanelSweep } from '../../src/protocol/lr-finder-panel.ts';

/** Seven significant digits; empty where there is no number. */
function cell(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : String(Number(value.toPrecision(7)));
}

/** Every point of every sweep, a line each. */
export function toCsv(sweeps: readonly PanelSweep[]): string {
  const lines = sweeps.flatMap(({ seed, rates, losses, smoothed }) =>
    rates.map((rate, at) => [seed, at, cell(rate), cell(losses[at]), cell(smoothed[at])].join(',')),
  );
  return `${['seed,iteration,learning_rate,loss,smoothed_loss', ...lines].join('\n')}\n`;
}
