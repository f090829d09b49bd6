import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeDecisions } from '../../../../src/dataset/journal/place.ts';
import type { Decision } from '../../../../src/protocol/journal.ts';

function excluded(path: string, hash: string): Decision {
  return {
    path,
    hash,
    label: null,
    excluded: true,
    deleted: false,
    kept: false,
    split: null,
    dismissed: [],
    lines: [path],
  };
}

interface Expected {
  /** Paths of images → paths of the decisions that apply to them. */
  applied?: Record<string, string>;
  renamed?: string[];
  changed?: string[];
  gone?: string[];
  ambiguous?: string[];
}

const cases: [string, [path: string, hash: string][], [path: string, hash: string][], Expected][] = [
  [
    'as it was',
    [['a', '1']],
    [
      ['a', '1'],
      ['b', '2'],
    ],
    { applied: { a: 'a' } },
  ],
  ['renamed', [['a', '1']], [['b', '1']], { applied: { b: 'a' }, renamed: ['b'] }],
  [
    'renamed, and its path taken by another',
    [['a', '1']],
    [
      ['a', '2'],
      ['b', '1'],
    ],
    { applied: { b: 'a' }, renamed: ['b'] },
  ],
  ['edited', [['a', '1']], [['a', '2']], { changed: ['a'] }],
  ['gone', [['a', '1']], [['b', '2']], { gone: ['a'] }],
  [
    'a copy was added: the path decides',
    [['a', '1']],
    [
      ['a', '1'],
      ['b', '1'],
    ],
    { applied: { a: 'a' } },
  ],
  [
    'moved, and a copy made',
    [['a', '1']],
    [
      ['b', '1'],
      ['c', '1'],
    ],
    { ambiguous: ['a'] },
  ],
  [
    'two decisions, one copy left',
    [
      ['a', '1'],
      ['b', '1'],
    ],
    [['c', '1']],
    { ambiguous: ['a', 'b'] },
  ],
  [
    'two copies, one of them renamed',
    [
      ['a', '1'],
      ['b', '1'],
    ],
    [
      ['a', '1'],
      ['c', '1'],
    ],
    { applied: { a: 'a', c: 'b' }, renamed: ['c'] },
  ],
  [
    'two names exchanged',
    [
      ['a', '1'],
      ['b', '2'],
    ],
    [
      ['a', '2'],
      ['b', '1'],
    ],
    { applied: { b: 'a', a: 'b' }, renamed: ['b', 'a'] },
  ],
];

for (const [name, decisions, files, expected] of cases) {
  test(`place: ${name}`, () => {
    const images = files.map(([path, hash]) => ({ path, hash }));
    const placed = placeDecisions(
      decisions.map(([path, hash]) => excluded(path, hash)),
      images,
    );
    const applied = Object.fromEntries([...placed.byImage].map(([at, { path }]) => [images[at]?.path, path]));
    assert.deepEqual(applied, expected.applied ?? {});
    assert.deepEqual(
      placed.renamed.map(({ path }) => path),
      expected.renamed ?? [],
    );
    assert.deepEqual(
      placed.changed.map(({ path }) => path),
      expected.changed ?? [],
    );
    assert.deepEqual(
      placed.gone.map(({ path }) => path),
      expected.gone ?? [],
    );
    assert.deepEqual(
      placed.ambiguous.map(({ decision }) => decision.path),
      expected.ambiguous ?? [],
    );
  });
}
