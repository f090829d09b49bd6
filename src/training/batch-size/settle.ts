import type { Engine } from '../../engines/engine.ts';
import { EngineError } from '../../engines/engine-error.ts';
import type { EventWriter } from '../../jobs/event-writer.ts';
import { keepBatchSize, withKeptBatchSize } from '../../jobs/kept-batch-size.ts';
import type { RunConfig } from '../config.ts';
import type { RunData } from '../run-data.ts';
import { type Segment, segmentConfig, segmentsOf } from '../segments.ts';
import type { StopRequest } from '../stop-request.ts';
import { searchOn } from './find.ts';
import { searchEnds } from './search.ts';

export interface Settling {
  engine: Engine;
  data: Pick<RunData, 'classes' | 'split'>;
  events: EventWriter;
  stop: StopRequest;
}

/**
 * A job whose batch size is known: one that its config leaves open (0) is found with real steps at the largest input size it is for,
 * and kept in the job's folder, so that a resume has the same one.
 * @throws EngineError `out-of-memory` where not even the smallest fits; the stop's AbortError
 */
export async function settleBatchSize<T extends { config: RunConfig; base: string }>(
  folder: string,
  job: T,
  { engine, data, events, stop }: Settling,
): Promise<T> {
  const config = withKeptBatchSize(folder, job.config);
  const open = segmentsOf(config, []).filter(({ batchSize }) => batchSize === 0);
  if (open.length === 0) return { ...job, config };
  const area = ({ width, height }: Segment) => width * height;
  const largest = open.reduce((most, segment) => (area(segment) > area(most) ? segment : most));
  const search = await searchOn(engine, segmentConfig(config, largest), {
    base: job.base,
    classes: data.classes.length,
    images: data.split.train.length,
    onTrial: () => stop.signal.throwIfAborted(),
  });
  const { chosen, trials, end } = search;
  if (!chosen) throw nothingFits(engine, largest);
  const { batchSize, imagesPerSecond } = chosen;
  keepBatchSize(folder, {
    version: 1,
    batchSize,
    engine: engine.info.name,
    trials: trials.map((trial) => ({ batchSize: trial.batchSize, imagesPerSecond: trial.imagesPerSecond })),
  });
  events.append({ kind: 'batch-size', batchSize, imagesPerSecond, reason: searchEnds[end] });
  return { ...job, config: { ...config, training: { ...config.training, batchSize } } };
}

function nothingFits({ info }: Engine, { width, height }: Segment): EngineError {
  return new EngineError(
    'out-of-memory',
    `Not even the smallest batch of ${width} × ${height} pixels fits in memory on ${info.label}.`,
    'Make input.width and input.height smaller, or use a smaller model.',
  );
}
