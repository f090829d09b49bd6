/** What steps of one batch size took. */
export interface BatchTrial {
  batchSize: number;
  /** Median of a step, ms. */
  stepMs: number;
  imagesPerSecond: number;
  /** Resident memory of the process after its steps, bytes. */
  memory: number;
}

export interface BatchSearch {
  trials: BatchTrial[];
  chosen: BatchTrial | null;
  /** Why larger ones were not tried. */
  end: 'out-of-memory' | 'memory-limit' | 'slower' | 'data' | 'largest';
}

/** Why a search ended, for people. */
export const searchEnds: Record<BatchSearch['end'], string> = {
  'out-of-memory': 'The next larger one did not fit in memory.',
  'memory-limit': 'The next larger one would take most of the free memory.',
  slower: 'Larger ones are no faster.',
  data: 'With a larger one an epoch would have fewer than eight steps.',
  largest: 'Larger ones were not tried.',
};

export interface SearchLimits {
  /** Power of 2 at which the search begins. */
  smallest: number;
  largest: number;
  /** Images to train with: an epoch should have a few steps. */
  images: number;
  /** Bytes that the process may hold. */
  memory: number;
}

/** Steps of an epoch below which a batch is too large for its data. */
const LEAST_STEPS = 8;
/** A batch is as good as another when it gives this share of its images per second: smaller ones generalise no worse. */
const AS_FAST = 0.95;
/** After as many doublings that brought nothing, larger ones bring nothing either. */
const FRUITLESS = 2;

/**
 * Doubles the batch until memory, the data or the gain ends, with real steps.
 * @param tryOne steps of one batch size; null where they did not fit in memory
 */
export async function searchBatchSize(
  tryOne: (batchSize: number) => Promise<BatchTrial | null>,
  limits: SearchLimits,
): Promise<BatchSearch> {
  const trials: BatchTrial[] = [];
  const done = (end: BatchSearch['end']): BatchSearch => ({ trials, chosen: bestOf(trials), end });
  for (let batchSize = limits.smallest; batchSize <= limits.largest; batchSize *= 2) {
    if (batchSize > limits.smallest && limits.images / batchSize < LEAST_STEPS) return done('data');
    if (nextMemory(trials) > limits.memory) return done('memory-limit');
    const trial = await tryOne(batchSize);
    if (!trial) return done('out-of-memory');
    trials.push(trial);
    if (trials.length - 1 - trials.indexOf(bestOf(trials) as BatchTrial) >= FRUITLESS) return done('slower');
  }
  return done('largest');
}

/** The smallest that is nearly as fast as the fastest. */
export function bestOf(trials: readonly BatchTrial[]): BatchTrial | null {
  const fastest = Math.max(...trials.map((trial) => trial.imagesPerSecond));
  return trials.find((trial) => trial.imagesPerSecond >= AS_FAST * fastest) ?? null;
}

/** What grows with the batch doubles with it. */
function nextMemory(trials: readonly BatchTrial[]): number {
  const [before, last] = trials.slice(-2);
  return before && last ? last.memory + 2 * Math.max(0, last.memory - before.memory) : 0;
}
