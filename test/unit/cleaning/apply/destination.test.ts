import assert from 'node:assert/strict';
import { test } from 'node:test';
import { destinationOf } from '../../../../src/cleaning/apply/destination.ts';
import type { SplitName } from '../../../../src/dataset/types.ts';

const split = new Map<string, SplitName>([
  ['train', 'train'],
  ['val', 'validation'],
]);

type Image = Parameters<typeof destinationOf>[0];
type Wanted = Parameters<typeof destinationOf>[1];
const image = (path: string, className: string | null, of: SplitName | null = null): Image => ({
  path,
  className,
  split: of,
});
const label = (name: string): Wanted => ({ label: name, split: null });

const cases: [string, Image, Wanted, Map<string, SplitName> | null, string][] = [
  ['into another class', image('rose/1.jpg', 'rose'), label('tulip'), null, 'tulip/1.jpg'],
  ['folders below the class stay', image('rose/a/b/1.jpg', 'rose'), label('tulip'), null, 'tulip/a/b/1.jpg'],
  ['a class of two words', image('rose/1.jpg', 'rose'), label('wild rose'), null, 'wild rose/1.jpg'],
  ['a first label', image('1.jpg', null), label('tulip'), null, 'tulip/1.jpg'],
  ['in its split', image('train/rose/1.jpg', 'rose', 'train'), label('tulip'), split, 'train/tulip/1.jpg'],
  [
    'to another split',
    image('train/rose/1.jpg', 'rose', 'train'),
    { label: null, split: 'validation' },
    split,
    'val/rose/1.jpg',
  ],
  [
    'to a split without a folder',
    image('train/rose/1.jpg', 'rose', 'train'),
    { label: null, split: 'test' },
    split,
    'test/rose/1.jpg',
  ],
  [
    'both',
    image('val/rose/1.jpg', 'rose', 'validation'),
    { label: 'tulip', split: 'train' },
    split,
    'train/tulip/1.jpg',
  ],
  ['a first label in a split', image('val/1.jpg', null, 'validation'), label('tulip'), split, 'val/tulip/1.jpg'],
  ['a first label above the splits', image('1.jpg', null), label('tulip'), split, 'train/tulip/1.jpg'],
  [
    'a chosen split that no folder stands for',
    image('rose/1.jpg', 'rose'),
    { label: null, split: 'test' },
    null,
    'no-split-folders',
  ],
  ['a label that is a path', image('rose/1.jpg', 'rose'), label('a/b'), null, 'bad-folder-name'],
  ['a label that leads up', image('rose/1.jpg', 'rose'), label('..'), null, 'bad-folder-name'],
  ['a hidden folder', image('rose/1.jpg', 'rose'), label('.rose'), null, 'bad-folder-name'],
  ['a name that Windows keeps for itself', image('rose/1.jpg', 'rose'), label('con'), null, 'bad-folder-name'],
  ['a name that Windows cuts short', image('rose/1.jpg', 'rose'), label('rose.'), null, 'bad-folder-name'],
  ['a class that would be a split', image('rose/1.jpg', 'rose'), label('train'), null, 'bad-folder-name'],
  [
    'which below splits it is not',
    image('train/rose/1.jpg', 'rose', 'train'),
    label('test'),
    split,
    'train/test/1.jpg',
  ],
  ['out of the unlabelled', image('unlabelled/new/1.jpg', null), label('tulip'), null, 'tulip/new/1.jpg'],
  ['no label at all', image('1.jpg', null), { label: null, split: 'train' }, null, 'no-label'],
];

for (const [name, from, wanted, splitFolders, expected] of cases) {
  test(`destination: ${name}`, () => {
    const place = destinationOf(from, wanted, { splitFolders });
    assert.equal('to' in place ? place.to : place.code, expected);
  });
}
