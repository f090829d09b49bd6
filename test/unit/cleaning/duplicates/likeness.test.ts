import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compareParts,
  compareWhole,
  type Picture,
  showsTheSame,
} from '../../../../src/cleaning/duplicates/likeness.ts';
import { seededRandom } from '../../../../src/random.ts';

const SIDE = 64;
type Scene = (x: number, y: number) => number;

/** A scene of blobs, 0–255 over the unit square. */
function scene(seed: number): Scene {
  const random = seededRandom(seed);
  const blobs = Array.from({ length: 40 }, () => ({
    x: random(),
    y: random(),
    size: 0.02 + 0.1 * random(),
    height: 200 * random() - 100,
  }));
  return (x, y) =>
    blobs.reduce(
      (sum, blob) => sum + blob.height * Math.exp(-((x - blob.x) ** 2 + (y - blob.y) ** 2) / (2 * blob.size ** 2)),
      128,
    );
}

function picture(of: Scene, { x = 0, y = 0, width = 1, height = 1 } = {}, aspect = 1): Picture {
  const grey = Float32Array.from({ length: SIDE * SIDE }, (_, i) =>
    of(x + (width * ((i % SIDE) + 0.5)) / SIDE, y + (height * (Math.floor(i / SIDE) + 0.5)) / SIDE),
  );
  return { grey, side: SIDE, aspect };
}

const one = scene(1);

describe('likeness of pictures', () => {
  it('does not mind brightness, contrast and noise', () => {
    const random = seededRandom(3);
    const darker = picture((x, y) => 0.5 * one(x, y) + 10 + 6 * random());
    const likeness = compareWhole(picture(one), darker);
    assert.ok(showsTheSame(likeness), JSON.stringify(likeness));
    assert.deepEqual([likeness.isMirrored, likeness.scale], [false, 1]);
  });

  it('knows a mirrored picture', () => {
    const likeness = compareWhole(
      picture(one),
      picture((x, y) => one(1 - x, y)),
    );
    assert.ok(likeness.isMirrored && likeness.correlation > 0.99, JSON.stringify(likeness));
  });

  it('tells different pictures apart', () => {
    for (let seed = 2; seed < 12; seed++) {
      const likeness = compareParts(picture(one), picture(scene(seed)));
      assert.ok(!showsTheSame(likeness), `${seed}: ${JSON.stringify(likeness)}`);
    }
  });

  const windows = [
    { x: 0.1, y: 0.1, width: 0.8, height: 0.8 },
    { x: 0.33, y: 0, width: 0.62, height: 0.62 },
    { x: 0, y: 0.21, width: 1, height: 0.7 },
  ];
  for (const window of windows) {
    it(`finds a part ${JSON.stringify(window)} in the whole, from either side, also mirrored`, () => {
      const aspect = window.width / window.height;
      const part = picture(one, window, aspect);
      const mirrored = picture((x, y) => one(2 * window.x + window.width - x, y), window, aspect);
      for (const likeness of [
        compareParts(part, picture(one)),
        compareParts(picture(one), part),
        compareParts(mirrored, picture(one)),
      ]) {
        assert.ok(showsTheSame(likeness), JSON.stringify(likeness));
        assert.ok(Math.abs(likeness.scale - Math.sqrt(window.width * window.height)) < 0.05, JSON.stringify(likeness));
      }
      assert.ok(!showsTheSame(compareWhole(part, picture(one))));
    });
  }

  it('takes flat pictures for alike, a flat and another one not', () => {
    const flat = (value: number) => picture(() => value);
    assert.ok(showsTheSame(compareWhole(flat(10), flat(10))));
    assert.ok(!showsTheSame(compareWhole(flat(10), picture(one))));
  });
});
