import type { EpochEvent, JobEvent, StepEvent } from '../protocol/events.ts';

/** What one event of a run adds to the curves that other tools show. */
export interface Scalars {
  /** Steps for what a step measured, epochs for what an epoch did. */
  step: number;
  /** `train/loss` by step, `epoch/validation_loss` by epoch, `test/accuracy` at the last epoch. */
  values: [name: string, value: number][];
}

/** Fields that say where a measurement belongs or are shown as something else. */
const notMeasured = new Set(['t', 'kind', 'step', 'epoch', 'best', 'ms', 'waitMs', 'images']);

/** Null where the event measured nothing. */
export function scalarsOf(event: JobEvent): Scalars | null {
  switch (event.kind) {
    case 'step':
      return {
        step: event.step,
        values: [
          ...measured('train', event),
          ...(event.ms > 0 ? [['train/images_per_second', (event.images / event.ms) * 1000] as [string, number]] : []),
        ],
      };
    case 'epoch':
      return { step: event.epoch, values: measured('epoch', event) };
    case 'done': {
      const { testLoss, testAccuracy } = event.metrics;
      const values = { loss: testLoss, accuracy: testAccuracy };
      return { step: event.epochs, values: numbers('test', values) };
    }
    default:
      return null;
  }
}

function measured(group: string, event: StepEvent | EpochEvent): [string, number][] {
  return numbers(group, Object.fromEntries(Object.entries(event).filter(([name]) => !notMeasured.has(name))));
}

function numbers(group: string, values: Record<string, unknown>): [string, number][] {
  return Object.entries(values).flatMap(([name, value]): [string, number][] =>
    typeof value === 'number' ? [[`${group}/${snakeCase(name)}`, value]] : [],
  );
}

/** `learningRate` → `learning_rate` */
function snakeCase(name: string): string {
  return name.replace(/([A-Z])/g, '_$1').toLowerCase();
}
