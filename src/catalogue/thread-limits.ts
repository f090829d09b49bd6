import type { ResourceLimits } from 'node:worker_threads';

/**
 * For threads that go through many small images. What a decoded image leaves behind is young; left to itself, V8 lets each thread gather
 * tens of megabytes of that before it clears up, and is no faster for it.
 */
export const imageThreadLimits: ResourceLimits = { maxYoungGenerationSizeMb: 3 };
