import type { Epoch, RunView } from './model.ts';

const header =
  'step,epoch,time,elapsed_seconds,loss,accuracy,learning_rate,step_ms,wait_ms,images,validation_loss,validation_accuracy';

/** Seven significant digits: all that the float32 columns hold. Empty where there is no value. */
function cell(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '' : String(Number(value.toPrecision(7)));
}

/** Every series as one table, a line a step; an epoch's validation figures stand on the line of its last step. */
export function toCsv(view: Pick<RunView, 'columns' | 'epochs'>): string {
  const { columns } = view;
  const measured = new Map<number, Epoch>(view.epochs.map((epoch) => [epoch.step, epoch]));
  const lines = [header];
  for (let at = 0; at < columns.length; at++) {
    const step = columns.step[at]!;
    const epoch = measured.get(step);
    lines.push(
      [
        step,
        columns.epoch[at],
        new Date(columns.t[at]!).toISOString(),
        cell(columns.elapsed[at]),
        cell(columns.loss[at]),
        cell(columns.accuracy[at]),
        cell(columns.learningRate[at]),
        cell(columns.ms[at]),
        cell(columns.waitMs[at]),
        columns.images[at],
        cell(epoch?.validationLoss),
        cell(epoch?.validationAccuracy),
      ].join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}
