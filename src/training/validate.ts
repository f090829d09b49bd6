import type { Trainer } from '../engines/engine.ts';
import { type Evaluation, evaluate } from '../evaluation/evaluate.ts';
import { ClassificationCounter } from '../evaluation/metrics.ts';
import type { EpochEvent } from '../protocol/events.ts';
import type { ImageLoader } from './loader.ts';
import type { TrainRun } from './loop.ts';

export interface Validation extends Evaluation {
  unaveraged?: EpochEvent['unaveraged'];
}

/**
 * The weights that would be saved, on all validation images; where they are averaged, the weights themselves are measured
 * beside them. Null without validation images, or when a stop was requested before the end.
 */
export async function validate(
  { config, data, stop }: TrainRun,
  trainer: Trainer,
  loader: ImageLoader,
): Promise<Validation | null> {
  if (data.split.validation.length === 0) return null;
  const classes = data.classes.length;
  const options = { classes, shouldStop: () => stop.requested };
  if (config.training.ema === 0) return await evaluate(trainer, loader, data.split.validation, options);
  const unaveraged = new ClassificationCounter(classes);
  const predict: Trainer['predict'] = async (batch) => {
    const probabilities = await trainer.predict(batch, 'current');
    unaveraged.add(probabilities.subarray(0, batch.size * classes), batch.labels.subarray(0, batch.size));
    return await trainer.predict(batch, 'averaged');
  };
  const evaluation = await evaluate({ predict }, loader, data.split.validation, options);
  if (!evaluation) return null;
  const { loss, accuracy } = unaveraged.result();
  return { ...evaluation, unaveraged: { validationLoss: loss, validationAccuracy: accuracy } };
}
