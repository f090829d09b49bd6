import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-layers';
import { startBackend } from '../../../src/engines/wasm/heap.ts';

/**
 * Faults of TensorFlow.js 4.22 that the engines go round (`exact-layers.ts`, `stock-kernels.ts`). When one of these tests fails,
 * a newer TensorFlow.js has mended it, and what goes round it can go.
 */
describe('TensorFlow.js itself', () => {
  before(async () => {
    tf.enableProdMode();
    await tf.setBackend('cpu');
  });

  test('average pooling with padding: the gradient counts the padding, the output does not', () => {
    const x = tf.ones<tf.Rank.R4>([1, 3, 3, 1]);
    const slope = tf.grad((one) => tf.avgPool(one as tf.Tensor4D, 3, 2, 'same'))(x);
    // Each of the four outputs is a mean, so the gradients of their sum add up to 4.
    assert.ok(Math.abs(sum(slope) - 4) > 0.5, `${sum(slope)}`);
  });

  test('a dilated convolution has no gradient', () => {
    const convolve = (x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, tf.ones([2, 2, 1, 1]), 1, 'valid', 'NHWC', 2);
    assert.throws(() => tf.grad(convolve)(tf.ones([1, 5, 5, 1])), /dilation rates greater than 1/);
  });

  test('upsampling: the gradient of the second image is wrong', () => {
    const enlarge = (x: tf.Tensor) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [4, 4]);
    const dy = tf.reshape(tf.range(0, 32), [2, 4, 4, 1]);
    const slope = tf.grad(enlarge)(tf.ones([2, 2, 2, 1]), dy);
    // Pixel (0, 0) of the second image became four, whose gradients are 16, 17, 20 and 21.
    assert.deepEqual([slope.dataSync()[0], slope.dataSync()[4] === 74], [10, false]);
  });

  test('the wasm backend: the gradient of a maximum that is not above 0 goes astray', async () => {
    const backend = await startBackend(false);
    if (tf.findBackendFactory('wasm')) tf.removeBackend('wasm');
    tf.registerBackend('wasm', () => backend);
    await tf.setBackend('wasm');
    try {
      const x = tf.tensor4d([-4, -1, -2, -3], [1, 2, 2, 1]);
      const slope = tf.grad((one) => tf.maxPool(one as tf.Tensor4D, 2, 2, 'valid'))(x);
      assert.notDeepEqual([...slope.dataSync()], [0, 1, 0, 0]);
    } finally {
      await tf.setBackend('cpu');
      tf.removeBackend('wasm');
    }
  });
});

function sum(tensor: tf.Tensor): number {
  return (tensor.dataSync() as Float32Array).reduce((total, value) => total + value, 0);
}
