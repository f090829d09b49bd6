import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitImages } from '../../../src/dataset/split.ts';
import type { SplitName } from '../../../src/dataset/types.ts';
import { seededRandom } from '../../../src/random.ts';

interface Image {
  label: number;
  split: SplitName | null;
  group: string | null;
  hash: string;
}

function images(count: number, of: (i: number) => Partial<Image>): Image[] {
  return Array.from({ length: count }, (_, i) => ({ label: 0, split: null, group: null, hash: `h${i}`, ...of(i) }));
}

function count(splits: SplitName[], name: SplitName, keep: (i: number) => boolean = () => true): number {
  return splits.filter((split, i) => split === name && keep(i)).length;
}

const exact: [string, number[], { validation: number; test: number }, { validation: number[]; test: number[] }][] = [
  ['even shares', [100, 50], { validation: 0.2, test: 0.1 }, { validation: [20, 10], test: [10, 5] }],
  ['no shares', [10, 10], { validation: 0, test: 0 }, { validation: [0, 0], test: [0, 0] }],
  ['largest remainder', [7, 7, 7], { validation: 0.2, test: 0 }, { validation: [2, 1, 1], test: [0, 0, 0] }],
  ['a class of one stays in training', [1, 9], { validation: 0.5, test: 0 }, { validation: [0, 5], test: [0, 0] }],
  ['a class of two keeps one', [2, 2], { validation: 0.9, test: 0 }, { validation: [1, 1], test: [0, 0] }],
  ['both at their most', [10, 10], { validation: 0.9, test: 0.9 }, { validation: [0, 0], test: [9, 9] }],
];

for (const [name, sizes, shares, expected] of exact) {
  test(`split: ${name}`, () => {
    const set = sizes.flatMap((size, label) => images(size, (i) => ({ label, hash: `${label}-${i}` })));
    const splits = splitImages(set, { ...shares, seed: 3 });
    for (const part of ['validation', 'test'] as const) {
      const counts = sizes.map((_, label) => count(splits, part, (i) => set[i]?.label === label));
      assert.deepEqual(counts, expected[part], part);
    }
  });
}

test('split: same seed, same split; another seed, another', () => {
  const set = images(200, (i) => ({ label: i % 4 }));
  const shares = { validation: 0.25, test: 0.1 };
  assert.deepEqual(splitImages(set, { ...shares, seed: 1 }), splitImages(set, { ...shares, seed: 1 }));
  assert.notDeepEqual(splitImages(set, { ...shares, seed: 1 }), splitImages(set, { ...shares, seed: 2 }));
});

test('split: over random data and seeds, groups and equal content never part, every class is trained on, shares are near', () => {
  for (let seed = 0; seed < 60; seed++) {
    const random = seededRandom(seed);
    const classes = 2 + Math.floor(random() * 8);
    const size = 150 + Math.floor(random() * 400);
    const groups = Math.floor(size / (1 + Math.floor(random() * 4)));
    const set = images(size, (i) => ({
      label: Math.floor(random() ** 2 * classes),
      group: random() < 0.5 ? `g${Math.floor(random() * groups)}` : null,
      hash: random() < 0.05 ? `twin${Math.floor(random() * 10)}` : `h${i}`,
    }));
    const shares = { validation: 0.05 + random() * 0.4, test: seed % 2 ? random() * 0.3 : 0 };
    const splits = splitImages(set, { ...shares, seed });
    const seen = new Map<string, SplitName>();
    set.forEach((image, i) => {
      for (const key of [`hash ${image.hash}`, ...(image.group ? [`group ${image.group}`] : [])]) {
        assert.equal(seen.get(key) ?? splits[i], splits[i], `${key} parted with seed ${seed}`);
        seen.set(key, splits[i] as SplitName);
      }
    });
    for (const label of new Set(set.map((image) => image.label))) {
      assert.ok(count(splits, 'train', (i) => set[i]?.label === label) > 0, `class ${label} is not trained on`);
    }
    for (const part of ['validation', 'test'] as const) {
      const off = Math.abs(count(splits, part) - size * shares[part]);
      assert.ok(off <= Math.max(6, size * 0.03), `${part} is off by ${off} of ${size} with seed ${seed}`);
    }
  }
});

test("split: the source's own split stands", () => {
  const set = images(30, (i) => ({ label: i % 2, split: (['train', 'validation', 'test'] as const)[i % 3] ?? null }));
  assert.deepEqual(
    splitImages(set, { validation: 0.5, test: 0.5, seed: 1 }),
    set.map((image) => image.split),
  );
});

test('split: a missing validation set is taken from the training images alone', () => {
  const set = images(120, (i) => ({ label: i % 2, split: i < 100 ? 'train' : 'test' }));
  const splits = splitImages(set, { validation: 0.2, test: 0.3, seed: 1 });
  assert.equal(count(splits, 'validation'), 20);
  assert.equal(count(splits, 'test'), 20);
  assert.ok(splits.slice(100).every((split) => split === 'test'));
});

test('split: an image without a split follows its group', () => {
  const set = images(4, (i) => ({ group: i < 2 ? 'a' : 'b', split: i === 0 ? 'test' : i === 2 ? 'train' : null }));
  assert.deepEqual(splitImages(set, { validation: 0, test: 0, seed: 1 }), ['test', 'test', 'train', 'train']);
});

test('split: groups of one class each are spread as evenly as they allow', () => {
  const set = images(100, (i) => ({ label: Math.floor(i / 10) % 2, group: `g${Math.floor(i / 10)}` }));
  const splits = splitImages(set, { validation: 0.2, test: 0, seed: 5 });
  assert.equal(
    count(splits, 'validation', (i) => set[i]?.label === 0),
    10,
  );
  assert.equal(
    count(splits, 'validation', (i) => set[i]?.label === 1),
    10,
  );
});

test('split: nothing to split', () => assert.deepEqual(splitImages([], { validation: 0.2, test: 0.1, seed: 1 }), []));

test('split: what a person chose stands, its group follows, and the rest is split as ever', () => {
  const choose = (i: number): SplitName | undefined => (i === 0 ? 'test' : i === 1 ? 'train' : undefined);
  const set = images(100, (i) => ({ label: i % 2, group: i === 0 || i === 10 ? 'pair' : null })).map((image, i) => {
    const chosenSplit = choose(i);
    return chosenSplit ? { ...image, chosenSplit } : image;
  });
  for (let seed = 0; seed < 10; seed++) {
    const splits = splitImages(set, { validation: 0.5, test: 0, seed });
    assert.deepEqual([splits[0], splits[10], splits[1]], ['test', 'test', 'train']);
    assert.equal(count(splits, 'test'), 2);
    assert.ok(Math.abs(count(splits, 'validation') - 49) <= 1);
  }
  const brought = set.map((image, i): (typeof set)[number] => ({ ...image, split: i < 80 ? 'train' : 'validation' }));
  const splits = splitImages(brought, { validation: 0.5, test: 0.5, seed: 1 });
  assert.deepEqual([splits[0], splits[10], splits[1], splits[99]], ['test', 'train', 'train', 'validation']);
});
