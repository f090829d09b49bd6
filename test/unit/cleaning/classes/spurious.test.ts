import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sourceFolder } from '../../../../src/cleaning/classes/source-folder.ts';
import { fieldPower, spuriousCorrelations } from '../../../../src/cleaning/classes/spurious.ts';
import { seededRandom } from '../../../../src/random.ts';

describe('spurious correlations', () => {
  const random = seededRandom(8);
  const images = 600;
  const labels = Int32Array.from({ length: images }, (_, i) => i % 3);
  const folds = Uint8Array.from({ length: images }, (_, i) => Math.floor(i / 3) % 5);
  const names = ['cat', 'dog', 'fox'];
  const noise = { name: 'size', values: Array.from(labels, () => random()) };
  const bright = {
    name: 'brightness',
    values: Array.from(labels, (label) => (label === 1 ? 0.8 : 0.4) + 0.1 * random()),
  };
  const site = { name: 'folder', values: Array.from(labels, (label) => `site${label}`) };
  const constant = { name: 'format', values: Array.from(labels, () => 'jpeg') };

  it('are none where a field says nothing', () => {
    const { accuracy, chance } = fieldPower(noise, labels, 3, folds);
    assert.ok(Math.abs(accuracy - chance) < 0.08, `${accuracy}`);
    assert.deepEqual(spuriousCorrelations([noise, constant], labels, names, folds), []);
  });

  it('name the class that a field gives away, with what is typical of it', () => {
    const found = spuriousCorrelations([bright], labels, names, folds);
    const own = found.find(({ evidence }) => evidence.class === 'dog');
    assert.ok(own && own.score > 0.9);
    assert.ok(Number(own.evidence.median) > 0.8 && Number(own.evidence.medianOfOthers) < 0.5);
    assert.ok(!found.some(({ evidence }) => evidence.class === 'cat'));
  });

  it('name a field that gives all classes away', () => {
    const found = spuriousCorrelations([site], labels, names, folds);
    assert.ok(found.some(({ evidence }) => evidence.class === undefined && evidence.accuracy === 1));
  });

  it('keep the same words when figures change, for what is remembered of them', () => {
    const [first] = spuriousCorrelations([site], labels, names, folds);
    const words = Object.values(first?.evidence ?? {}).filter((value) => typeof value === 'string');
    assert.deepEqual(words, ['folder']);
  });
});

describe('source folder', () => {
  const cases: [string, string, string | null, string | null][] = [
    ['cats/1.png', 'cats', null, null],
    ['train/cats/1.png', 'cats', 'train', null],
    ['siteA/val/Cats/1.png', 'cats', 'validation', 'siteA'],
    ['a/b/1.png', 'cats', null, 'a/b'],
    ['1.png', 'cats', null, null],
  ];
  for (const [path, label, split, expected] of cases) {
    it(`of ${path} is ${expected}`, () => assert.equal(sourceFolder(path, label, split), expected));
  }
});
