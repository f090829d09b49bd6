import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { after, before, describe, it } from 'node:test';
import type { Engine } from '../../../src/engines/engine.ts';
import { wasmMaker } from '../../../src/engines/wasm/maker.ts';
import { instantBaseline } from '../../../src/evaluation/probes/baseline.ts';
import { fitLogistic } from '../../../src/evaluation/probes/logistic.ts';
import { MatrixOnBackend } from '../../../src/evaluation/probes/matrix.ts';
import { nearestNeighbours } from '../../../src/evaluation/probes/nearest.ts';
import { seededRandom } from '../../../src/random.ts';
import { pythonPeer } from '../../python-peers.ts';

const skip = fs.existsSync(pythonPeer())
  ? false
  : 'no Python packages; make them with: node test/tools/tool.mjs python-peers';
const [images, size, classes] = [120, 6, 3];

/** Three clouds that overlap. */
function clouds() {
  const random = seededRandom(5);
  const labels = Uint32Array.from({ length: images }, (_, i) => i % classes);
  const features = Float32Array.from({ length: images * size }, (_, at) => {
    const label = labels[Math.floor(at / size)] as number;
    return (at % size === label ? 1.2 : 0) + (random() + random() + random() - 1.5) * 1.5;
  });
  return { labels, features };
}

const peer = `
import json, sys
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics.pairwise import cosine_similarity
asked = json.load(sys.stdin)
x = np.array(asked["features"]).reshape(-1, asked["size"])
y = np.array(asked["labels"])
fit = LogisticRegression(C=1 / (asked["strength"] * len(y)), tol=1e-10, max_iter=10000).fit(x, y)
logits = x @ fit.coef_.T + fit.intercept_
near = cosine_similarity(x)
np.fill_diagonal(near, -9)
print(json.dumps({"logits": (logits - logits.mean(1, keepdims=True)).flatten().tolist(), "near": np.argsort(-near, axis=1)[:, :5].flatten().tolist()}))
`;

describe('probes beside scikit-learn', { skip }, () => {
  const { labels, features } = clouds();
  const strength = 0.02;
  let engine: Engine;
  let expected: { logits: number[]; near: number[] };
  before(async () => {
    engine = await wasmMaker.start({ threads: 1 });
    const asked = JSON.stringify({ features: [...features], labels: [...labels], size, strength });
    expected = JSON.parse(execFileSync(pythonPeer(), ['-c', peer], { input: asked, encoding: 'utf8' }));
  });
  after(() => engine.dispose());

  it('logistic regression has the same solution', () => {
    const x = new MatrixOnBackend(features, images, size);
    const { weights } = fitLogistic(x, labels, { classes, strength });
    x.dispose();
    for (let i = 0; i < images; i++) {
      const logits = Array.from({ length: classes }, (_, c) => {
        let sum = weights[size * classes + c] as number;
        for (let f = 0; f < size; f++) sum += (features[i * size + f] as number) * (weights[f * classes + c] as number);
        return sum;
      });
      const mean = logits.reduce((sum, z) => sum + z, 0) / classes;
      for (const [c, z] of logits.entries()) {
        assert.ok(Math.abs(z - mean - (expected.logits[i * classes + c] as number)) < 2e-3);
      }
    }
  });

  it('the nearest neighbours are the same', () => {
    const { positions } = nearestNeighbours(
      features,
      size,
      Uint32Array.from({ length: images }, (_, i) => i),
      5,
    );
    assert.deepEqual([...positions], expected.near);
  });

  it('a baseline of clouds that can be told apart is high, of labels by chance at chance', () => {
    const records = [...labels].map((label, i) => ({ path: `${i}.png`, label, group: null, hash: `h${i}` }));
    const names = ['a', 'b', 'c'];
    const found = instantBaseline(features, size, records, names, { seed: 1 });
    assert.ok(found.probe.accuracy.value > 0.6 && found.neighbours.accuracy.value > 0.5, JSON.stringify(found));
    assert.equal(
      found.perClass.reduce((sum, one) => sum + one.images, 0),
      images,
    );
    for (const { label, examples, images: count } of found.confused) {
      assert.equal(examples.length, Math.min(12, count));
      for (const { path, hash } of examples) {
        const at = records.findIndex((record) => record.hash === hash);
        assert.deepEqual([records[at]?.path, names[records[at]?.label ?? -1]], [path, label]);
      }
    }
    const random = seededRandom(9);
    const chance = records.map((record) => ({ ...record, label: Math.floor(random() * classes) }));
    const nothing = instantBaseline(features, size, chance, names, { seed: 1 }).probe.accuracy;
    assert.ok(nothing.low < 1 / 3 + 0.05 && nothing.value < 0.5, JSON.stringify(nothing));
  });
});
