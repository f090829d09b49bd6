import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { umap } from '../../../../src/cleaning/space/umap.ts';
import { seededRandom } from '../../../../src/random.ts';

const IMAGES = 300;
const K = 10;

/** Three groups; an image's neighbours are of its own. */
function groups() {
  const random = seededRandom(4);
  const positions = new Int32Array(IMAGES * K);
  const similarities = new Float32Array(IMAGES * K);
  for (let i = 0; i < IMAGES; i++) {
    const others = new Set<number>();
    while (others.size < K) {
      const j = Math.floor(random() * 100) * 3 + (i % 3);
      if (j !== i) others.add(j);
    }
    positions.set([...others], i * K);
    const values = Array.from({ length: K }, () => 0.7 + 0.3 * random()).sort((a, b) => b - a);
    similarities.set(values, i * K);
  }
  const start = Float32Array.from({ length: IMAGES * 2 }, () => random() - 0.5);
  return { neighbours: { positions, similarities, k: K }, start };
}

describe('UMAP', () => {
  const { neighbours, start } = groups();
  const places = umap(neighbours, start, { seed: 1, epochs: 200 });
  const distance = (i: number, j: number) =>
    Math.hypot(
      (places[2 * i] as number) - (places[2 * j] as number),
      (places[2 * i + 1] as number) - (places[2 * j + 1] as number),
    );

  it('brings neighbours together and parts what has nothing in common', () => {
    const random = seededRandom(9);
    let [own, other, pairs] = [0, 0, 0];
    for (; pairs < 2000; pairs++) {
      const i = Math.floor(random() * IMAGES);
      own += distance(i, Math.floor(random() * 100) * 3 + (i % 3));
      other += distance(i, Math.floor(random() * 100) * 3 + ((i + 1) % 3));
    }
    assert.ok(other > 2 * own, `${own / pairs} within, ${other / pairs} between`);
  });

  it('is the same for the same seed, and finite', () => {
    assert.deepEqual(umap(neighbours, start, { seed: 1, epochs: 200 }), places);
    assert.notDeepEqual(umap(neighbours, start, { seed: 2, epochs: 200 }), places);
    assert.ok(places.every(Number.isFinite));
  });

  it('takes images at one place, and some without neighbours', () => {
    const alone = {
      k: 2,
      positions: Int32Array.of(1, 2, 0, 2, 0, 1, -1, -1),
      similarities: new Float32Array(8).fill(1),
    };
    assert.ok(umap(alone, new Float32Array(8), { seed: 0, epochs: 50 }).every(Number.isFinite));
  });

  it('stops when asked to', () => {
    assert.throws(() => umap(neighbours, start, { seed: 1, signal: AbortSignal.abort() }), { name: 'AbortError' });
  });
});
