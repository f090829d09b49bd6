import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Preprocess } from '../../../src/images/preprocess.ts';
import { seededRandom } from '../../../src/random.ts';
import { InputChecker } from '../../../src/training/input-check.ts';

const plain = { mean: [0, 0, 0], std: [1, 1, 1] };
const contract: Preprocess = { version: 1, width: 8, height: 8, color: 'rgb', resize: 'crop', normalization: plain };

/** 20 images, each value from `level`(random number, channel). */
function check(
  level: (random: number, channel: number) => number,
  changes: Partial<Preprocess> = {},
  deep: number[] = [],
) {
  const checker = new InputChecker({ ...contract, ...changes });
  const random = seededRandom(1);
  const channels = changes.color === 'grey' ? 1 : 3;
  for (let image = 0; image < 20; image++) {
    checker.add(Uint8Array.from({ length: 64 * channels }, (_, i) => level(random(), i % channels)));
  }
  for (const largest of deep) checker.addDeepFile(largest);
  return checker.result();
}

const ordinary = (random: number) => random * 256;
const codes = (result: { findings: { code: string }[] }) => result.findings.map(({ code }) => code);

describe('InputChecker', () => {
  it('says what range each channel has after normalisation', () => {
    const { images, channels, findings } = check(ordinary, {
      normalization: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.25] },
    });
    assert.equal(images, 20);
    assert.deepEqual(
      channels.map(({ name }) => name),
      ['red', 'green', 'blue'],
    );
    assert.ok(Math.abs(channels[0]!.min + 1) < 0.02 && Math.abs(channels[0]!.max - 1) < 0.02);
    assert.ok(Math.abs(channels[2]!.max - 2) < 0.05 && Math.abs(channels[2]!.std - 4 / Math.sqrt(12)) < 0.05);
    assert.deepEqual(findings, []);
  });

  for (const [name, level, changes, deep, expected] of [
    ['ordinary images', ordinary, {}, [], []],
    ['pixels divided by 255 before they were saved', (r: number) => Math.round(r), {}, [], ['input-already-scaled']],
    ['all black', () => 0, {}, [], ['input-black']],
    ['very dark', (r: number) => r * 20, {}, [], ['input-dark']],
    ['white', (r: number) => 253 + 2 * r, {}, [], ['input-white']],
    ['a dead channel', (r: number, c: number) => (c === 1 ? 90 : r * 256), {}, [], ['input-constant-channel']],
    ['clipped', (r: number) => Math.min(255, r * 500), {}, [], ['input-clipped']],
    ['12 bits in 16-bit files', (r: number) => r * 15, {}, [4000, 3900], ['input-deep-dark']],
    ['full 16-bit files', ordinary, {}, [65535, 60000], []],
    ['grey in one channel', ordinary, { color: 'grey' }, [], []],
    ['normalised far off', ordinary, { normalization: { mean: [9, 9, 9], std: [1, 1, 1] } }, [], ['input-scaling']],
    [
      'spread far off',
      ordinary,
      { normalization: { mean: [0.5, 0.5, 0.5], std: [50, 50, 50] } },
      [],
      ['input-scaling'],
    ],
  ] as const) {
    it(`finds ${expected[0] ?? 'nothing'} in ${name}`, () => {
      assert.deepEqual(codes(check(level, changes as Partial<Preprocess>, [...deep])), [...expected]);
    });
  }

  it('finds grey images in three channels', () => {
    const checker = new InputChecker(contract);
    for (let i = 0; i < 20; i++)
      checker.add(Uint8Array.from({ length: 192 }, (_, at) => (Math.floor(at / 3) * 37 + i) % 256));
    assert.deepEqual(codes(checker.result()), ['input-grey']);
  });

  it('finds some black images among others', () => {
    const checker = new InputChecker(contract);
    const random = seededRandom(2);
    for (let i = 0; i < 20; i++) checker.add(Uint8Array.from({ length: 192 }, () => (i < 3 ? 0 : random() * 256)));
    const { findings } = checker.result();
    assert.deepEqual(codes({ findings }), ['input-black']);
    assert.match(findings[0]!.message, /^3 of 20 images are black/);
  });
});
