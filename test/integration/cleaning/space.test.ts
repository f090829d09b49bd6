import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { similarImages } from '../../../src/cleaning/space/neighbours.ts';
import { principalComponents } from '../../../src/cleaning/space/pca.ts';
import type { Engine } from '../../../src/engines/engine.ts';
import { wasmMaker } from '../../../src/engines/wasm/maker.ts';
import { nearestNeighbours } from '../../../src/evaluation/probes/nearest.ts';
import { seededRandom } from '../../../src/random.ts';

const SIZE = 200;
let engine: Engine;

/** Images around some centres on a few directions of their own, all of one side of the space, as a network's features are. */
function invented(images: number, seed: number): Float32Array {
  const random = seededRandom(seed);
  const centers = Array.from({ length: 25 }, () => Float32Array.from({ length: SIZE }, () => random() ** 3));
  const features = new Float32Array(images * SIZE);
  for (let i = 0; i < images; i++) {
    const center = centers[i % centers.length] as Float32Array;
    for (let c = 0; c < SIZE; c++) features[i * SIZE + c] = (center[c] as number) + 0.3 * random();
  }
  return features;
}

describe('space of embeddings', () => {
  before(async () => {
    engine = await wasmMaker.start({ threads: 1 });
  });
  after(() => engine.dispose());

  it('has principal components that keep the variance and are uncorrelated', () => {
    const rows = 500;
    const random = seededRandom(1);
    const features = new Float32Array(rows * 3);
    for (let i = 0; i < rows; i++) {
      const [u, v] = [10 * (random() - 0.5), 2 * (random() - 0.5)];
      features.set([u + v + 5, u - v, 0.01 * random()], i * 3);
    }
    const { values, count, explained } = principalComponents(features, 3, 2);
    assert.equal(count, 2);
    assert.ok((explained[0] as number) > 0.9 && (explained[0] as number) + (explained[1] as number) > 0.999);
    let product = 0;
    for (let i = 0; i < rows; i++) product += (values[2 * i] as number) * (values[2 * i + 1] as number);
    assert.ok(Math.abs(product / rows) < 1e-2, `${product}`);
    assert.deepEqual(principalComponents(features, 3, 2).values, values);
  });

  const features = invented(1500, 2);
  const recall = (exactUpTo: number) => {
    const k = 10;
    const own = Uint32Array.from({ length: 1500 }, (_, i) => i);
    const exact = nearestNeighbours(features, SIZE, own, k).positions;
    const found = similarImages(features, SIZE, k, { exactUpTo }).positions;
    let hits = 0;
    for (let i = 0; i < 1500; i++) {
      const wanted = new Set(exact.subarray(i * k, (i + 1) * k));
      for (const j of found.subarray(i * k, (i + 1) * k)) if (wanted.has(j)) hits++;
    }
    return hits / exact.length;
  };

  it('has the neighbours that comparing everything finds', () => {
    const share = recall(50_000);
    assert.ok(share > 0.9, `recall ${share}`);
  });

  it('has most of them by cells, for large sets', () => {
    const share = recall(100);
    assert.ok(share > 0.85, `recall ${share}`);
  });
});
