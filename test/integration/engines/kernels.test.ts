import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import '@tensorflow/tfjs-backend-cpu';
import { startBackend } from '../../../src/engines/wasm/heap.ts';
import { registerLayerKernels } from '../../../src/engines/wasm/layer-ops.ts';
import { replaceKernels } from '../../../src/engines/wasm/stock-kernels.ts';
import { KernelThreads } from '../../../src/engines/wasm/threads.ts';
import { kernelFolder } from '../../../src/entries.ts';
import { seededRandom } from '../../../src/random.ts';

type Op = (...inputs: never[]) => tf.Tensor;
type Case = [name: string, op: Op, ...shapes: number[][]];

const random = seededRandom(1);
/** −1 … 0.6: windows without a positive value are common. */
const values = (shape: number[]) =>
  Float32Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => random() * 1.6 - 1);

const conv = (strides: number | [number, number], pad: 'same' | 'valid' | tf.backend_util.ExplicitPadding): Op =>
  ((x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(x, w, strides, pad)) as Op;
const depthwise = (strides: number, pad: 'same' | 'valid'): Op =>
  ((x: tf.Tensor4D, w: tf.Tensor4D) => tf.depthwiseConv2d(x, w, strides, pad)) as Op;
const matMul = (a: boolean, b: boolean): Op => ((x: tf.Tensor2D, y: tf.Tensor2D) => tf.matMul(x, y, a, b)) as Op;
const maxPool = (window: number, strides: number, pad: 'same' | 'valid'): Op =>
  ((x: tf.Tensor4D) => tf.maxPool(x, window, strides, pad)) as Op;
const averagePool = (window: number, strides: number, pad: 'same' | 'valid'): Op =>
  ((x: tf.Tensor4D) => tf.avgPool(x, window, strides, pad)) as Op;

/** Each against the cpu backend: the value, and the gradient of every input. */
const cases: Case[] = [
  ['3×3 same', conv(1, 'same'), [2, 9, 7, 5], [3, 3, 5, 13]],
  ['3×3 same, one channel', conv(1, 'same'), [2, 8, 8, 1], [3, 3, 1, 8]],
  ['3×3 valid', conv(1, 'valid'), [2, 9, 7, 5], [3, 3, 5, 13]],
  ['3×3 stride 2 same, odd × even', conv(2, 'same'), [2, 9, 8, 16], [3, 3, 16, 8]],
  ['3×3 stride 2 valid', conv(2, 'valid'), [3, 11, 9, 6], [3, 3, 6, 9]],
  ['3×3 stride 2 × 1', conv([2, 1], 'same'), [2, 9, 8, 4], [3, 3, 4, 5]],
  [
    '3×3 explicit padding',
    conv(2, [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ]),
    [2, 8, 9, 4],
    [3, 3, 4, 6],
  ],
  ['2×2 same', conv(1, 'same'), [2, 9, 8, 16], [2, 2, 16, 8]],
  ['4×2 stride 2 same', conv(2, 'same'), [2, 9, 8, 3], [4, 2, 3, 7]],
  ['1×1', conv(1, 'same'), [3, 9, 8, 16], [1, 1, 16, 24]],
  ['1×1 stride 2', conv(2, 'valid'), [3, 9, 8, 16], [1, 1, 16, 24]],
  ['5×5, filter larger than the picture', conv(1, 'same'), [2, 3, 3, 4], [5, 5, 4, 4]],
  ['7×7 stride 2, as a stem', conv(2, 'same'), [3, 20, 20, 3], [7, 7, 3, 64]],
  ['3×3, more than one block of every kind', conv(1, 'same'), [4, 16, 16, 40], [3, 3, 40, 72]],
  ['depthwise 3×3', depthwise(1, 'same'), [3, 9, 9, 8], [3, 3, 8, 1]],
  ['depthwise 3×3 stride 2, odd channels', depthwise(2, 'same'), [10, 9, 8, 7], [3, 3, 7, 1]],
  ['depthwise 5×5 valid, multiplier 2', depthwise(1, 'valid'), [3, 9, 9, 3], [5, 5, 3, 2]],
  ['matMul', matMul(false, false), [33, 20], [20, 10]],
  ['matMul, transposed A', matMul(true, false), [20, 33], [20, 10]],
  ['matMul, transposed B', matMul(false, true), [33, 20], [10, 20]],
  ['matMul, both transposed', matMul(true, true), [20, 33], [10, 20]],
  ['matMul, long', matMul(false, false), [7, 700], [700, 9]],
  ['matMul, one row', matMul(false, false), [1, 5], [5, 1]],
  ['max pool 2×2', maxPool(2, 2, 'valid'), [2, 9, 8, 5]],
  ['max pool 3×3 stride 2 same', maxPool(3, 2, 'same'), [2, 9, 9, 6]],
  ['max pool, overlapping', maxPool(3, 1, 'same'), [2, 5, 6, 4]],
  ['average pool 2×2 valid', averagePool(2, 2, 'valid'), [2, 9, 8, 5]],
  ['average pool, overlapping valid', averagePool(3, 1, 'valid'), [2, 6, 6, 4]],
  ['sum', ((a: tf.Tensor, b: tf.Tensor) => tf.add(a, b)) as Op, [3, 5, 7], [3, 5, 7]],
  ['sum with broadcasting', ((a: tf.Tensor, b: tf.Tensor) => tf.add(a, b)) as Op, [3, 5, 7], [7]],
];

/** The value and every input's gradient for a fixed gradient of the value. */
async function evaluate(backend: string, op: Op, inputs: { shape: number[]; data: Float32Array }[]) {
  await tf.setBackend(backend);
  return tf.tidy(() => {
    const tensors = inputs.map(({ shape, data }) => tf.tensor(data, shape));
    const call = (...all: tf.Tensor[]) => op(...(all as never[]));
    const y = call(...tensors);
    const dy = tf.cos(tf.reshape(tf.range(0, y.size), y.shape));
    return [y, ...tf.grads(call)(tensors, dy)].map((tensor) => Float32Array.from(tensor.dataSync()));
  });
}

function assertEqual(actual: Float32Array, expected: Float32Array, what: string, tolerance = 1e-5): void {
  assert.equal(actual.length, expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6);
  const difference = actual.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] as number))), 0);
  assert.ok(difference <= tolerance * scale, `${what}: differs by ${difference} of ${scale}`);
}

for (const [build, threads] of [
  ['relaxed', 1],
  ['relaxed', 2],
  ['simd', 2],
] as const) {
  describe(`kernels, ${build}, threads: ${threads}`, { timeout: 120_000 }, () => {
    let pool: KernelThreads;
    let undo: (() => void)[];

    before(async () => {
      tf.enableProdMode();
      const backend = await startBackend(true);
      const binary = fs.readFileSync(path.join(kernelFolder(), `kernels-${build}-shared.wasm`));
      ({ pool } = await KernelThreads.start(backend.heap, new WebAssembly.Module(binary), threads));
      if (tf.findBackendFactory('wasm')) tf.removeBackend('wasm');
      const device = { backend, threads: pool };
      undo = [replaceKernels(device), registerLayerKernels(device)];
      tf.registerBackend('wasm', () => backend);
    });
    after(async () => {
      tf.removeBackend('wasm');
      for (const restore of undo) restore();
      await pool.dispose();
    });

    for (const [name, op, ...shapes] of cases) {
      test(name, async () => {
        const inputs = shapes.map((shape) => ({ shape, data: values(shape) }));
        const expected = await evaluate('cpu', op, inputs);
        const actual = await evaluate('wasm', op, inputs);
        expected.forEach((one, i) => {
          assertEqual(actual[i] as Float32Array, one, i === 0 ? 'value' : `gradient of input ${i}`);
        });
      });
    }

    test('average pool with same padding: gradient against finite sums, where every backend of TensorFlow.js is wrong', async () => {
      await tf.setBackend('wasm');
      const x = tf.tensor4d(values([1, 5, 5, 1]), [1, 5, 5, 1]);
      const dx = tf
        .grad((one) => tf.avgPool(one as tf.Tensor4D, 3, 2, 'same'))(x)
        .dataSync();
      // Every output spreads 1 over the part of its window inside the picture.
      const expected = new Float32Array(25);
      for (const oy of [-1, 1, 3]) {
        for (const ox of [-1, 1, 3]) {
          const inside = [...Array(9).keys()]
            .map((k) => [oy + Math.floor(k / 3), ox + (k % 3)] as const)
            .filter(([row, column]) => row >= 0 && row < 5 && column >= 0 && column < 5);
          for (const [row, column] of inside) (expected[row * 5 + column] as number) += 1 / inside.length;
        }
      }
      assertEqual(dx as Float32Array, expected, 'gradient');
    });

    for (const relu of [false, true]) {
      test(`batch norm over many rows with a large mean${relu ? ', with ReLU' : ''}, against double precision`, async () => {
        const [rows, channels, epsilon] = [20_000, 6, 1e-3];
        const x = values([rows, channels]).map((value, i) => value + (i % channels) * 30);
        const dy = values([rows, channels]).map((value) => value + 0.3);
        const [gamma, beta] = [values([channels]), values([channels])];
        const expected = batchNorm64({ x, dy, gamma, beta, channels, epsilon, relu });
        await tf.setBackend('wasm');
        const input = tf.tensor4d(x, [2, 100, 100, channels]);
        const attrs = {
          ...{ epsilon, relu, momentum: 0.75 },
          mean: tf.variable(tf.zeros([channels])),
          variance: tf.variable(tf.ones([channels])),
        };
        const forward = { x: input, gamma: tf.tensor1d(gamma), beta: tf.tensor1d(beta) };
        const [y, statistics] = run('LoupeBatchNorm', forward, attrs) as [tf.Tensor, tf.Tensor];
        const backward = { x: input, dy: tf.tensor4d(dy, [2, 100, 100, channels]), statistics };
        const [dx, dgamma, dbeta] = run('LoupeBatchNormGradient', backward, { relu });
        assertEqual(data(y), expected.y, 'y', 1e-5);
        assertEqual(data(dx), expected.dx, 'dx', 1e-5);
        assertEqual(data(dgamma), expected.dgamma, 'dgamma', 1e-5);
        assertEqual(data(dbeta), expected.dbeta, 'dbeta', 1e-5);
        assertEqual(
          data(attrs.mean),
          expected.mean.map((m) => m * 0.25),
          'moving mean',
          1e-6,
        );
        assertEqual(
          data(attrs.variance),
          expected.variance.map((v) => 0.75 + v * 0.25),
          'moving variance',
          1e-5,
        );
      });
    }

    test('column sums over many rows do not drift', async () => {
      await tf.setBackend('wasm');
      const rows = 300_000;
      const x = Float32Array.from({ length: rows * 3 }, (_, i) => 0.1 + (i % 3));
      const sums = data(run('LoupeColumnSums', { x: tf.tensor2d(x, [rows, 3]) }, {}));
      for (let c = 0; c < 3; c++) {
        const exact = rows * (x[c] as number);
        assert.ok(Math.abs((sums[c] as number) / exact - 1) < 1e-6, `${sums[c]} instead of ${exact}`);
      }
    });

    test('ReLU: value and gradient at 0, and a NaN stays one', async () => {
      await tf.setBackend('wasm');
      const x = tf.tensor1d([-1, 0, 2, Number.NaN, -0.5]);
      const y = run('LoupeRelu', { x }, {}) as unknown as tf.Tensor;
      assert.deepEqual([...y.dataSync()], [0, 0, 2, Number.NaN, 0]);
      const dx = data(run('LoupeReluGradient', { y, dy: tf.tensor1d([1, 1, 1, 1, 1]) }, {}));
      assert.deepEqual([...dx.slice(0, 3)], [0, 0, 1]);
    });
  });
}

function run(kernel: string, inputs: Record<string, tf.Tensor>, attrs: object): tf.Tensor[] {
  return tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as tf.Tensor[];
}

function data(tensor: tf.Tensor | tf.Tensor[] | undefined): Float32Array {
  return (tensor as tf.Tensor).dataSync() as Float32Array;
}

interface BatchNormCase {
  x: Float32Array;
  dy: Float32Array;
  gamma: Float32Array;
  beta: Float32Array;
  channels: number;
  epsilon: number;
  relu: boolean;
}

function batchNorm64({ x, dy, gamma, beta, channels, epsilon, relu }: BatchNormCase) {
  const rows = x.length / channels;
  const y = new Float32Array(x.length);
  const dx = new Float32Array(x.length);
  const [dgamma, dbeta, mean, variance] = [0, 0, 0, 0].map(() => new Float32Array(channels)) as Float32Array[];
  for (let c = 0; c < channels; c++) {
    const at = (r: number) => r * channels + c;
    let sum = 0;
    for (let r = 0; r < rows; r++) sum += x[at(r)] as number;
    const m = sum / rows;
    let square = 0;
    for (let r = 0; r < rows; r++) square += ((x[at(r)] as number) - m) ** 2;
    const v = square / rows;
    const inverse = 1 / Math.sqrt(v + epsilon);
    const [g, b] = [gamma[c] as number, beta[c] as number];
    const normal = (r: number) => ((x[at(r)] as number) - m) * inverse;
    const open = (r: number) => (relu && normal(r) * g + b <= 0 ? 0 : (dy[at(r)] as number));
    let [s, p] = [0, 0];
    for (let r = 0; r < rows; r++) {
      const value = normal(r) * g + b;
      y[at(r)] = relu ? Math.max(0, value) : value;
      s += open(r);
      p += open(r) * normal(r);
    }
    for (let r = 0; r < rows; r++) dx[at(r)] = g * inverse * (open(r) - s / rows - (normal(r) * p) / rows);
    (dgamma as Float32Array)[c] = p;
    (dbeta as Float32Array)[c] = s;
    (mean as Float32Array)[c] = m;
    (variance as Float32Array)[c] = v;
  }
  return { y, dx, dgamma, dbeta, mean, variance } as Record<
    'y' | 'dx' | 'dgamma' | 'dbeta' | 'mean' | 'variance',
    Float32Array
  >;
}
