import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupsOf, idsOf, orderOf, sampleOf } from '../../../src/catalogue/order.ts';
import { pageOf } from '../../../src/catalogue/rows.ts';
import type { CatalogueQuery } from '../../../src/protocol/catalogue.ts';
import { flowers } from './flowers.ts';
import { hashOf } from './some-catalogue.ts';

const found: [string, Partial<CatalogueQuery>, number[]][] = [
  ['all', {}, [0, 1, 2, 3, 4, 5]],
  ['a word of the path', { text: 'ROSE' }, [0, 1, 2]],
  ['a word with a special letter', { text: '100%' }, [1]],
  ['two words', { text: 'rose train' }, [1, 2]],
  ['a class', { text: 'class:Tulip' }, [3, 4]],
  ['not a class', { text: '-class:tulip' }, [0, 1, 2, 5]],
  ['several classes', { text: 'class:rose,tulip -split:test' }, [1, 2, 3, 4]],
  ['part of a class', { text: 'class:t*' }, [3, 4]],
  ['no class', { text: 'class:none' }, [5]],
  ['a class that is called none', { text: 'class:"none"' }, []],
  ['any class', { text: 'class:any' }, [0, 1, 2, 3, 4]],
  ['not measured', { text: 'blur:none' }, [4, 5]],
  ['not below, unmeasured ones too', { text: '-blur<0.3' }, [1, 2, 4, 5]],
  ['a range', { text: 'blur:0.2..0.5' }, [1, 3]],
  ['an issue', { text: 'issue:dark' }, [1]],
  ['issues', { text: 'issue:dark,uniform-border' }, [1, 3]],
  ['odd aspect', { text: 'issue:odd-aspect' }, [2]],
  ['near duplicates within the default radius', { text: 'issue:near-duplicate' }, [1, 3]],
  ['conflicting labels', { text: 'issue:conflicting-labels' }, [1, 3]],
  ['leaks', { text: 'issue:split-leak' }, []],
  ['label issues', { text: 'issue:label' }, [1]],
  ['ambiguous', { text: 'issue:ambiguous' }, [3]],
  ['no issue', { text: 'issue:none' }, [4, 5]],
  ['predicted otherwise', { text: 'is:wrong' }, [1]],
  ['predicted', { text: 'predicted:tulip confidence<0.6' }, [3]],
  ['chosen ones', { ids: [5, 1, 99], text: 'split:train' }, [1]],
  ['bars of a plot, half open', { ranges: [{ field: 'blur', from: 0.1, to: 0.5 }] }, [0, 3]],
  ['the last bar, closed', { ranges: [{ field: 'blur', from: 0.5, to: 0.9 }] }, [1, 2]],
  ['one value', { ranges: [{ field: 'width', from: 640, to: 640 }] }, [0]],
  ['sorted, those without a value last', { sort: { field: 'blur', descending: false } }, [0, 3, 1, 2, 4, 5]],
  ['sorted backwards, those without a value last', { sort: { field: 'blur', descending: true } }, [2, 1, 3, 0, 4, 5]],
  ['by path backwards', { sort: { field: 'path', descending: true } }, [5, 4, 3, 2, 1, 0]],
  ['grouped', { group: 'split' }, [0, 1, 2, 3, 4, 5]],
  ['grouped and sorted', { group: 'class', sort: { field: 'blur', descending: true } }, [2, 1, 0, 3, 4, 5]],
  ['grouped by issue and sorted', { group: 'issue', sort: { field: 'path', descending: true } }, [1, 3, 0, 2, 5, 4]],
];

test('queries find the right images in the right order', async (t) => {
  const catalogue = await flowers(t);
  for (const [name, query, ids] of found) {
    const order = orderOf(catalogue, { text: '', ...query });
    assert.deepEqual(idsOf(order, 0, 100), ids, name);
    assert.equal(order.total, ids.length, name);
  }
});

test('groups say how many and from where; images without a value come last', async (t) => {
  const catalogue = await flowers(t);
  const groups = (query: Partial<CatalogueQuery>) =>
    groupsOf(catalogue, { text: '', ...query }).groups.map(({ key, count, offset }) => [key, count, offset]);
  assert.deepEqual(groups({ group: 'class' }), [
    ['rose', 3, 0],
    ['tulip', 2, 3],
    ['', 1, 5],
  ]);
  assert.deepEqual(groups({ group: 'brightness' }), [
    ['0.5–0.6', 3, 0],
    ['0.9–1', 1, 3],
    ['', 2, 4],
  ]);
  assert.deepEqual(groups({ group: 'width', text: 'class:rose' }), [
    ['< 32', 1, 0],
    ['64–128', 1, 1],
    ['512–1024', 1, 2],
  ]);
  assert.deepEqual(groups({ text: 'tulip' }), [['', 2, 0]]);
});

test('a page has rows with value, label model and issues', async (t) => {
  const catalogue = await flowers(t);
  const { total, rows } = pageOf(catalogue, { text: '', sort: { field: 'blur', descending: false } }, 1, 2);
  assert.equal(total, 6);
  assert.deepEqual(
    rows.map(({ path, value, predicted, issues }) => ({ path, value, predicted, issues })),
    [
      {
        path: 'train/tulip/3.jpg',
        value: 0.2,
        predicted: 'tulip',
        issues: ['blurry', 'uniform-border', 'near-duplicate', 'conflicting-labels', 'ambiguous'],
      },
      {
        path: 'train/rose/100%.jpg',
        value: 0.5,
        predicted: 'tulip',
        issues: ['dark', 'near-duplicate', 'conflicting-labels', 'label'],
      },
    ],
  );
});

test('a sample is spread evenly over the order', async (t) => {
  const catalogue = await flowers(t);
  assert.deepEqual(sampleOf(orderOf(catalogue, { text: '' }), 3), [0, 2, 4]);
  assert.deepEqual(sampleOf(orderOf(catalogue, { text: 'tulip' }), 3), [3, 4]);
});

test('decisions count at once: left out, relabelled and dismissed images have no such issue any more', async (t) => {
  const catalogue = await flowers(t);
  const issues = (text: string) => idsOf(orderOf(catalogue, { text }), 0, 10);
  const version = catalogue.version;
  const edit = { label: null, split: null, excluded: false, deleted: false, kept: false };
  catalogue.setDecisions({
    hash: 'one',
    edits: [
      { ...edit, image: 0, excluded: true },
      { ...edit, image: 1, label: 'tulip' },
    ],
    dismissed: [`uniform-border:${hashOf('train/tulip/3.jpg')}`],
    unplaced: 0,
  });
  assert.notEqual(catalogue.version, version);
  assert.deepEqual(issues('issue:blurry'), [3]);
  assert.deepEqual(issues('issue:conflicting-labels'), []);
  assert.deepEqual(issues('issue:near-duplicate'), [1, 3]);
  assert.deepEqual(issues('issue:label'), []);
  assert.deepEqual(issues('issue:uniform-border'), []);
  assert.deepEqual(issues('edit:relabelled'), [1]);
  assert.deepEqual(issues('is:edited'), [0, 1]);
  const pair = [hashOf('train/rose/100%.jpg'), hashOf('train/tulip/3.jpg')].sort();
  catalogue.setDecisions({ hash: 'two', edits: [], dismissed: [`near-duplicate:${pair.join(':')}`], unplaced: 0 });
  assert.deepEqual(issues('issue:near-duplicate'), []);
  assert.deepEqual(issues('issue:conflicting-labels'), [1, 3]);
});
