import { Problem } from '../problem.ts';

/** Protocol buffers: one message can't be longer. */
const MOST_BYTES = 2 ** 31 - 1;
/** For what is not weights. */
const ROOM = 2 ** 20;

/**
 * @param weights of the model, each with its shape
 * @throws Problem `model-too-large`
 */
export function assertMessageSize(weights: readonly { shape: readonly (number | null)[] }[], format: string): void {
  const values = weights.reduce((sum, { shape }) => sum + shape.reduce<number>((n, size) => n * (size ?? 1), 1), 0);
  const bytes = values * Float32Array.BYTES_PER_ELEMENT;
  if (bytes <= MOST_BYTES - ROOM) return;
  throw new Problem(
    'model-too-large',
    `The model has ${(bytes / 2 ** 30).toFixed(1)} GiB of weights, and one ${format} file can't hold more than 2.`,
    'Export it as Keras or TensorFlow.js.',
  );
}
