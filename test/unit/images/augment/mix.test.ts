import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawBeta } from '../../../../src/images/augment/beta.ts';
import { drawMixtures, mixPixels, mixTargets } from '../../../../src/images/augment/mix.ts';
import { normalQuantile } from '../../../../src/images/augment/noise.ts';
import { seededRandom } from '../../../../src/random.ts';

const frame = { width: 20, height: 10, channels: 3 } as const;
const bytes = 20 * 10 * 3;

describe('drawBeta', () => {
  for (const alpha of [0.1, 0.4, 1, 3]) {
    it(`has mean ½ and variance 1 / (4 (2α + 1)) for α = ${alpha}`, () => {
      const random = seededRandom(11);
      const values = Array.from({ length: 20_000 }, () => drawBeta(alpha, random));
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      assert.ok(values.every((value) => value >= 0 && value <= 1));
      assert.ok(Math.abs(mean - 0.5) < 0.015, `${mean}`);
      assert.ok(Math.abs(variance * 4 * (2 * alpha + 1) - 1) < 0.05, `${variance}`);
    });
  }
});

describe('mixing', () => {
  const draw = { seed: 5, batch: 2, indices: Array.from({ length: 64 }, (_, i) => i * 3) };
  const images = Uint8Array.from({ length: 64 * bytes }, (_, i) => (Math.floor(i / bytes) * 4) % 256);
  const labels = draw.indices.map((_, i) => i % 5);

  it('MixUp: pixels and targets have the same share', () => {
    const mixtures = drawMixtures(
      { mixUp: { probability: 1, alpha: 0.4 }, cutMix: { probability: 0, alpha: 1 } },
      draw,
      frame,
    );
    const pixels = new Uint8Array(images);
    const targets = new Float32Array(64 * 5);
    mixPixels(pixels, new Uint8Array(images.length), frame, mixtures);
    mixTargets(targets, labels, 5, mixtures);
    mixtures.forEach((mixture, i) => {
      const { partner, share } = mixture!;
      assert.ok(share >= 0.5 && share <= 1);
      assert.ok(
        Math.abs(pixels[i * bytes]! - (share * images[i * bytes]! + (1 - share) * images[partner * bytes]!)) <= 0.51,
      );
      const expected = labels[i] === labels[partner] ? 1 : share;
      assert.ok(Math.abs(targets[i * 5 + labels[i]!]! - expected) < 1e-6);
    });
    assert.equal(new Set(mixtures.map((mixture) => mixture!.partner)).size, 64);
  });

  it('CutMix: the share is the area that is the image’s own', () => {
    const mixtures = drawMixtures(
      { mixUp: { probability: 0, alpha: 1 }, cutMix: { probability: 1, alpha: 1 } },
      draw,
      frame,
    );
    const pixels = new Uint8Array(images);
    mixPixels(pixels, new Uint8Array(images.length), frame, mixtures);
    mixtures.forEach((mixture, i) => {
      const { partner, share } = mixture!;
      if (partner === i) return;
      const own = pixels.subarray(i * bytes, (i + 1) * bytes).filter((value) => value === images[i * bytes]).length;
      assert.ok(Math.abs(own / bytes - share) < 1e-9);
    });
    const shares = mixtures.map((mixture) => mixture!.share);
    assert.ok(Math.min(...shares) < 0.3 && Math.max(...shares) > 0.9);
  });

  it('takes each image for MixUp, CutMix or neither, by the probabilities', () => {
    const indices = Array.from({ length: 5000 }, (_, i) => i);
    const config = { mixUp: { probability: 0.3, alpha: 1 }, cutMix: { probability: 0.5, alpha: 1 } };
    const mixtures = drawMixtures(config, { seed: 1, batch: 0, indices }, frame);
    const blends = mixtures.filter((mixture) => mixture && mixture.rectangle === null).length;
    const cuts = mixtures.filter((mixture) => mixture?.rectangle).length;
    assert.ok(Math.abs(blends / 5000 - 0.3) < 0.03 && Math.abs(cuts / 5000 - 0.5) < 0.03, `${blends} ${cuts}`);
  });
});

describe('normalQuantile', () => {
  for (const [p, z] of [
    [0.5, 0],
    [0.975, 1.959963985],
    [0.001, -3.090232306],
    [0.0001, -3.719016485],
  ] as const) {
    it(`${p} → ${z}`, () => assert.ok(Math.abs(normalQuantile(p) - z) < 1e-6));
  }
});
