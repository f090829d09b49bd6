import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evaluate } from '../../../src/evaluation/evaluate.ts';
import {
  argmax,
  balancedAccuracy,
  ClassificationCounter,
  classResults,
  macroF1,
  topK,
} from '../../../src/evaluation/metrics.ts';
import type { LoadedBatch } from '../../../src/training/loader.ts';

describe('ClassificationCounter', () => {
  it('measures loss, accuracy and confusion over batches', () => {
    const counter = new ClassificationCounter(2);
    counter.add(Float32Array.of(0.75, 0.25, 0.5, 0.5), Int32Array.of(0, 1));
    counter.add(Float32Array.of(0, 1), Int32Array.of(1));
    const { images, loss, accuracy, confusion } = counter.result();
    assert.equal(images, 3);
    assert.ok(Math.abs(loss - (-Math.log(0.75) - Math.log(0.5)) / 3) < 1e-7);
    assert.ok(Math.abs(accuracy - 2 / 3) < 1e-12);
    assert.deepEqual(
      confusion.map((row) => [...row]),
      [
        [1, 0],
        [1, 1],
      ],
    );
  });

  it('has a finite loss where the label has probability 0', () => {
    const counter = new ClassificationCounter(2);
    counter.add(Float32Array.of(1, 0), Int32Array.of(1));
    assert.ok(Math.abs(counter.result().loss - -Math.log(1e-7)) < 1e-9);
  });
});

describe('classResults', () => {
  it('has null where a measure has no images', () => {
    const results = classResults([Uint32Array.of(3, 1, 0), Uint32Array.of(0, 2, 0), Uint32Array.of(0, 0, 0)]);
    assert.deepEqual(results, [
      { images: 4, correct: 3, precision: 1, recall: 0.75 },
      { images: 2, correct: 2, precision: 2 / 3, recall: 1 },
      { images: 0, correct: 0, precision: null, recall: null },
    ]);
  });
});

describe('topK', () => {
  it('sorts by probability, the first of equal ones first', () => {
    assert.deepEqual(topK([0.1, 0.4, 0.1, 0.4], 3), [1, 3, 0]);
    assert.equal(argmax([0.2, 0.4, 0.4]), 1);
  });
});

describe('measures over classes', () => {
  // The third class has no image and is predicted once. The figures are scikit-learn 1.9's.
  const confusion = [Uint32Array.of(5, 1, 0), Uint32Array.of(2, 2, 1), Uint32Array.of(0, 0, 0)];
  const close = (actual: number, expected: number) => assert.ok(Math.abs(actual - expected) < 1e-12, `${actual}`);

  it('averages recall over the classes that have images', () => close(balancedAccuracy(confusion), 0.6166666666666667));
  it('averages F1 over the classes that occur', () => close(macroF1(confusion), 0.4230769230769231));
  it('is NaN without images', () => assert.ok(Number.isNaN(macroF1([Uint32Array.of(0)]))));
});

describe('evaluate', () => {
  const batches = [
    {
      size: 2,
      labels: Int32Array.of(0, 1),
      indices: Int32Array.of(5, 6),
      pixels: new Uint8Array(2),
      waitMs: 0,
      augmentMs: 0,
    },
    {
      size: 1,
      labels: Int32Array.of(1),
      indices: Int32Array.of(9),
      pixels: new Uint8Array(1),
      waitMs: 0,
      augmentMs: 0,
    },
  ] satisfies LoadedBatch[];
  const source = {
    async *pass() {
      yield* batches;
    },
  };
  // As an engine whose buffer has room for a whole batch.
  const predictor = { predict: async () => Float32Array.of(0.9, 0.1, 0.2, 0.8) };

  it('keeps the predictions of the images that came', async () => {
    const result = await evaluate(predictor, source, new Uint32Array(4), { classes: 2 });
    assert.equal(result?.images, 3);
    assert.deepEqual([...result.predictions.indices], [5, 6, 9]);
    assert.deepEqual([...result.predictions.probabilities], [...Float32Array.of(0.9, 0.1, 0.2, 0.8, 0.9, 0.1)]);
    assert.ok(Math.abs(result.accuracy - 2 / 3) < 1e-12);
  });

  it('is null when it was stopped', async () => {
    const options = { classes: 2, shouldStop: () => true };
    assert.equal(await evaluate(predictor, source, new Uint32Array(4), options), null);
  });
});
