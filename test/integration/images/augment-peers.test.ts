import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { Augmenter } from '../../../src/images/augment/augmenter.ts';
import { drawImage, type ImageDraw } from '../../../src/images/augment/draw.ts';
import type { Frame } from '../../../src/images/augment/frame.ts';
import { isSigned, magnitudeOf, policyOperations } from '../../../src/images/augment/policy-ops.ts';
import { rgbToHsv, rgbToLab } from '../../../src/images/color-space.ts';
import { seededRandom } from '../../../src/random.ts';
import { type AugmentConfig, defaultAugment } from '../../../src/training/config-augment.ts';
import { pythonPeer } from '../../python-peers.ts';

const size = 32;
const frame: Frame = { width: size, height: size, channels: 3 };
const qualities = [20, 75, 95];

/** Soft shapes, a hard edge, and some noise, in all colours. */
const image = (() => {
  const random = seededRandom(5);
  return Uint8Array.from({ length: size * size * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % size;
    const y = Math.floor(i / 3 / size);
    const wave = 120 + 90 * Math.sin(x / 5 + (i % 3)) * Math.cos(y / 7 - (i % 3));
    return Math.max(0, Math.min(255, wave + (x > 20 && y > 12 ? 60 : 0) + random() * 12));
  });
})();

const nothing = drawImage(defaultAugment, 0, frame);

interface Case {
  draw: Partial<ImageDraw>;
  config?: Partial<AugmentConfig>;
  /** Largest difference in levels, of all but `share` of the values; default 1 and none. */
  within?: number;
  share?: number;
  /** Pixels at the edge that are not compared: the peer treats what lies outside otherwise. */
  margin?: number;
}

const fill = (mode: AugmentConfig['fill']['mode']) => ({ fill: { mode, value: 0 } });
const policy = (operation: ImageDraw['policy'][number]['operation'], magnitude: number) => ({
  draw: { policy: [{ operation, magnitude }] },
  config: fill('constant'),
});
/** Keras' shift says where a pixel comes from, ours where the image goes. */
const keras = (mode: AugmentConfig['fill']['mode']): Record<string, Case> => ({
  [`keras-rotate-${mode}`]: { draw: { rotate: 20 }, config: fill(mode) },
  [`keras-shift-${mode}`]: { draw: { shift: { x: -3.3 / size, y: 5.1 / size } }, config: fill(mode) },
  [`keras-zoom-${mode}`]: { draw: { zoom: { x: 1.2, y: 0.8, atX: 0.5, atY: 0.5 } }, config: fill(mode) },
  [`keras-all-${mode}`]: {
    draw: { rotate: -12, shift: { x: -2.5 / size, y: -4 / size }, zoom: { x: 0.9, y: 1.15, atX: 0.5, atY: 0.5 } },
    config: fill(mode),
  },
});

const cases: Record<string, Case> = {
  flip: { draw: { flip: { horizontal: true, vertical: false } }, within: 0 },
  'flip-vertical': { draw: { flip: { horizontal: false, vertical: true } }, within: 0 },
  rotate: { draw: { rotate: 17 }, config: fill('constant') },
  'resized-crop': { draw: { crop: { left: 5, top: 3, width: 16, height: 20 } }, config: fill('nearest'), margin: 2 },
  brighter: { draw: { brightness: 1.4 } },
  darker: { draw: { brightness: 0.6 } },
  contrast: { draw: { contrast: 1.7 } },
  flatter: { draw: { contrast: 0.4 } },
  saturation: { draw: { saturation: 1.6 } },
  paler: { draw: { saturation: 0.3 } },
  hue: { draw: { hue: 0.13 }, within: 2 },
  'hue-back': { draw: { hue: -0.31 }, within: 2 },
  blur: { draw: { blur: 1.4 }, within: 2 },
  posterize: { ...policy('Posterize', 3), within: 0 },
  solarize: { ...policy('Solarize', 100 / 255), within: 0 },
  autocontrast: policy('AutoContrast', 0),
  equalize: { ...policy('Equalize', 0), within: 0 },
  sharper: policy('Sharpness', 0.8),
  softer: policy('Sharpness', -0.8),
  'policy-ShearX': policy('ShearX', 0.27),
  'policy-ShearY': policy('ShearY', -0.2),
  'policy-TranslateX': { ...policy('TranslateX', 5.7), within: 0 },
  'policy-Rotate': policy('Rotate', 25),
  // Straight over four pixels at a time: of a picture this small and noisy, a few pixels are a little further off.
  warp: { draw: { tilt: { x: 0.15, y: -0.2 } }, config: fill('nearest'), within: 2, share: 0.01 },
  light: { draw: { brightness: 0.58 }, config: { lighting: 'logit' } },
  'logit-contrast': { draw: { contrast: 1.22 }, config: { lighting: 'logit' } },
  ...keras('nearest'),
  ...keras('reflect'),
  ...Object.fromEntries(
    Object.entries(keras('constant')).map(([name, item]) => [name, { ...item, within: 1, share: 0.12 }]),
  ),
};

const python = pythonPeer();

describe('augmentation beside torchvision, Keras, fastai’s formulas and Pillow', {
  skip: fs.existsSync(python) ? false : `no ${python}`,
}, () => {
  let peer: Record<string, number[]>;
  let spaces: { 'rand-space': Space; 'trivial-space': Space; signed: Record<string, boolean> };
  type Space = Record<string, number[] | number | null>;

  before(() => {
    const script = path.resolve(import.meta.dirname, 'augment_peer.py');
    const input = JSON.stringify({ size, image: [...image], qualities });
    const { status, stdout, stderr } = spawnSync(python, [script], { input, encoding: 'utf8', maxBuffer: 1e8 });
    assert.equal(status, 0, stderr);
    const answer = JSON.parse(stdout);
    peer = answer;
    spaces = answer;
  });

  for (const [name, item] of Object.entries(cases)) {
    it(name, () => {
      const pixels = new Uint8Array(image);
      new Augmenter({ ...defaultAugment, ...item.config }, { ...frame, color: 'rgb' }).apply(pixels, {
        ...nothing,
        ...item.draw,
      });
      assert.notDeepEqual(pixels, image);
      const margin = item.margin ?? 0;
      const off = [...pixels.keys()].filter((i) => {
        const x = Math.floor(i / 3) % size;
        const y = Math.floor(i / 3 / size);
        const isCompared = Math.min(x, y) >= margin && Math.max(x, y) < size - margin;
        return isCompared && Math.abs(pixels[i]! - peer[name]![i]!) > (item.within ?? 1);
      });
      const first = off[0] ?? 0;
      const shown = `${off.length} of ${pixels.length} values differ, e.g. ${first}: ${pixels[first]} and ${peer[name]![first]}`;
      assert.ok(off.length <= (item.share ?? 0) * pixels.length, shown);
    });
  }

  for (const quality of qualities) {
    it(`JPEG of quality ${quality} is what Pillow reads back, to 34 dB and closer than to the original`, () => {
      const pixels = new Uint8Array(image);
      new Augmenter(defaultAugment, { ...frame, color: 'rgb' }).apply(pixels, { ...nothing, jpeg: quality });
      const theirs = Uint8Array.from(peer[`jpeg-${quality}`]!);
      const between = signalToNoise(pixels, theirs);
      assert.ok(between > 34, `${between} dB`);
      assert.ok(between > signalToNoise(pixels, image) + 3, `${between} dB against ${signalToNoise(pixels, image)}`);
    });
  }

  for (const [name, key] of [
    ['rand-augment', 'rand-space'],
    ['trivial-augment', 'trivial-space'],
  ] as const) {
    it(`${name} has torchvision’s operations, magnitudes and signs`, () => {
      assert.deepEqual([...policyOperations].sort(), Object.keys(spaces[key]).sort());
      for (const operation of policyOperations) {
        const theirs = spaces[key][operation];
        for (let bin = 0; bin < 31; bin++) {
          const expected = Array.isArray(theirs) ? theirs[bin]! : 0;
          const ours = magnitudeOf(name, operation, bin, frame);
          assert.ok(Math.abs(ours - expected) < 1e-5, `${operation} ${bin}: ${ours} and ${expected}`);
        }
        assert.equal(isSigned(name, operation), spaces.signed[operation], operation);
      }
    });
  }

  it('HSV is Pillow’s, Lab scikit-image’s formula in float64, to one level', () => {
    const hsv = new Uint8Array(image);
    rgbToHsv(hsv);
    assert.deepEqual([...hsv], peer.hsv);
    const lab = new Uint8Array(image);
    rgbToLab(lab);
    assert.ok(lab.every((value, i) => Math.abs(value - peer.lab![i]!) <= 1));
  });
});

function signalToNoise(a: Uint8Array, b: Uint8Array): number {
  const squares = a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  return 10 * Math.log10((255 ** 2 * a.length) / squares);
}
