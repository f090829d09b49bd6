import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  compareParts,
  compareWhole,
  type Picture,
  showsTheSame,
} from '../../../../src/cleaning/duplicates/likeness.ts';
import { pictureOf } from '../../../../src/cleaning/duplicates/pictures.ts';
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

type Tint = (grey: number, x: number, y: number) => [number, number, number];

function picture(of: Scene, { x = 0, y = 0, width = 1, height = 1 } = {}, aspect = 1, tint?: Tint): Picture {
  const pixels = new Uint8Array(SIDE * SIDE * 3);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [px, py] = [x + (width * ((i % SIDE) + 0.5)) / SIDE, y + (height * (Math.floor(i / SIDE) + 0.5)) / SIDE];
    const grey = of(px, py);
    const color = tint ? tint(grey, px, py) : [grey, grey, grey];
    pixels.set(
      color.map((value) => Math.min(255, Math.max(0, value))),
      3 * i,
    );
  }
  return pictureOf(pixels, SIDE, aspect);
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

  /** Red or green, as bright as the grey itself. */
  const toned = (grey: number, tone: number): ReturnType<Tint> => [grey + 0.587 * tone, grey - 0.299 * tone, grey];
  /** Red on the left, green on the right. */
  const colorful: Tint = (grey, x) => toned(grey, x < 0.5 ? 110 : -110);
  const tinted = (tint: Tint, window = {}) => picture(one, window, 1, tint);
  const same: [string, Tint][] = [
    ['less saturated', (grey, x) => toned(grey, x < 0.5 ? 37 : -37)],
    ['a warmer light', (grey, x, y) => colorful(grey, x, y).map((v, c) => v * (1.1 - 0.1 * c)) as ReturnType<Tint>],
    ['grey', (grey) => [grey, grey, grey]],
  ];
  for (const [what, tint] of same) {
    it(`takes a picture for its copy: ${what}`, () => {
      const likeness = compareWhole(tinted(colorful), tinted(tint));
      assert.ok(showsTheSame(likeness), JSON.stringify(likeness));
    });
  }
  const different: [string, Tint][] = [
    ['other hues', (grey, x) => toned(grey, x < 0.5 ? -110 : 110)],
    ['one thing of another colour', (grey, x, y) => colorful(grey, x > 0.2 && x < 0.5 && y < 0.3 ? 1 : x, y)],
  ];
  for (const [what, tint] of different) {
    it(`tells pictures of one shape apart by their colours: ${what}`, () => {
      const likeness = compareWhole(tinted(colorful), tinted(tint));
      assert.ok(likeness.correlation > 0.94, JSON.stringify(likeness));
      assert.ok(!showsTheSame(likeness), JSON.stringify(likeness));
    });
  }

  it('compares the colours of a part with those where it lies, also mirrored', () => {
    const window = { x: 0.25, y: 0.2, width: 0.7, height: 0.7 };
    const whole = tinted(colorful);
    assert.ok(showsTheSame(compareParts(tinted(colorful, window), whole)));
    assert.ok(!showsTheSame(compareParts(tinted(different[0]?.[1] ?? colorful, window), whole)));
    const mirrored = picture(
      (x, y) => one(1 - x, y),
      {},
      1,
      (grey, x, y) => colorful(grey, 1 - x, y),
    );
    const likeness = compareWhole(mirrored, whole);
    assert.ok(likeness.isMirrored && showsTheSame(likeness), JSON.stringify(likeness));
  });
});
