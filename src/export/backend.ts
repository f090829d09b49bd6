import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';

/** A TensorFlow.js backend that only holds weights: nothing is computed when a model is written down. */
export async function startPlainBackend(): Promise<void> {
  // Its first tensor would print an advertisement for tfjs-node on stderr otherwise.
  enableProdMode();
  await import('@tensorflow/tfjs-backend-cpu');
  await setBackend('cpu');
}
