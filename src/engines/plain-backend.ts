import * as tf from '@tensorflow/tfjs-core';

/** Models are built and hold their weights in TensorFlow.js itself, which needs a backend for that; the plain one computes in JavaScript. */
export async function providePlainBackend(): Promise<void> {
  tf.enableProdMode();
  if (tf.getBackend()) return;
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
}
