import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { batchQualities } from '../../../src/evaluation/image-qualities.ts';
import { wilson } from '../../../src/evaluation/metrics/significance.ts';
import { findSlices, type SliceFacts } from '../../../src/evaluation/metrics/slices.ts';

const plain: SliceFacts = {
  path: 'cats/1.png',
  className: 'cats',
  width: 10,
  height: 10,
  format: 'png',
  channels: 3,
  brightness: 0.5,
  sharpness: 0.1,
  inTraining: null,
};

describe('findSlices', () => {
  it('names the quarter that is worse than the rest', () => {
    const facts = Array.from({ length: 200 }, (_, i) => ({ ...plain, brightness: i / 200 }));
    const slices = findSlices(
      facts,
      facts.map((_, i) => i >= 50 || i % 2 === 0),
    );
    const [worst] = slices;
    assert.deepEqual(
      [worst?.attribute, worst?.name, worst?.images, worst?.accuracy.value, worst?.rest, worst?.weak],
      ['brightness', 'darkest quarter', 50, 0.5, 1, true],
    );
    assert.deepEqual([worst?.from, worst?.to], [0, 49 / 200]);
    assert.ok(slices.slice(1).every(({ weak }) => !weak));
    assert.equal(new Set(slices.map(({ attribute }) => attribute)).size, 1, 'nothing else differs');
  });

  it('shows small slices without judging them', () => {
    const facts = Array.from({ length: 60 }, (_, i) => ({ ...plain, format: i < 5 ? 'bmp' : 'png' }));
    const bmp = findSlices(
      facts,
      facts.map((_, i) => i >= 5),
    ).find(({ name }) => name === 'bmp');
    assert.deepEqual([bmp?.small, bmp?.pValue, bmp?.weak], [true, null, false]);
  });

  it('knows folders by what is neither class nor split', () => {
    const paths = ['train/cats/north/1.png', 'train/cats/south/2.png', 'cats/3.png', 'test/cats/north/4.png'];
    const names = findSlices(
      paths.map((path) => ({ ...plain, path })),
      [true, false, true, true],
    )
      .filter(({ attribute }) => attribute === 'folder')
      .map(({ name, members }) => [name, members]);
    assert.deepEqual(names.sort(), [
      ['north', [0, 3]],
      ['south', [1]],
    ]);
  });

  it('has none of nothing', () => {
    assert.deepEqual(findSlices([], []), []);
  });
});

describe('wilson', () => {
  it('bounds a share', () => {
    const { low, high } = wilson(9, 10);
    assert.ok(Math.abs((low as number) - 0.5958) < 1e-3 && Math.abs((high as number) - 0.9821) < 1e-3);
    assert.deepEqual(wilson(0, 0), { low: null, high: null });
  });
});

describe('batchQualities', () => {
  it('tells bright from dark and sharp from flat, grey or in colour', () => {
    const size = { width: 4, height: 4 };
    const checks = Uint8Array.from({ length: 16 }, (_, i) => ((i + (i >> 2)) % 2 ? 255 : 0));
    const pixels = new Uint8Array([...checks, ...new Uint8Array(16).fill(204)]);
    const [sharp, flat] = batchQualities({ pixels, size: 2 }, { ...size, channels: 1 });
    assert.ok(Math.abs(sharp!.brightness - 0.5) < 1e-6 && sharp!.sharpness > 0.9);
    assert.ok(Math.abs(flat!.brightness - 0.8) < 1e-6 && flat!.sharpness < 1e-6);
    const colour = Uint8Array.from({ length: 48 }, () => 255);
    assert.ok(
      Math.abs(batchQualities({ pixels: colour, size: 1 }, { ...size, channels: 3 })[0]!.brightness - 1) < 1e-6,
    );
  });
});
