import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { sortedBy } from '../../../webview/ui/sorting.ts';

describe('rows by a column', () => {
  const rows = [
    { name: 'b', figure: 2 },
    { name: 'a', figure: null },
    { name: 'c', figure: 10 },
    { name: 'd', figure: 2 },
  ];
  const names = (by: 'name' | 'figure', descending: boolean) =>
    sortedBy(rows, (row) => row[by], descending)
      .map(({ name }) => name)
      .join('');

  for (const [by, descending, expected] of [
    ['name', false, 'abcd'],
    ['name', true, 'dcba'],
    ['figure', false, 'bdca'],
    ['figure', true, 'cbda'],
  ] as const) {
    it(`${by}, ${descending ? 'the largest first' : 'the smallest first'}: ${expected}; what is missing stands last`, () =>
      assert.equal(names(by, descending), expected));
  }

  it('leaves the rows that were given in their order', () => {
    sortedBy(rows, (row) => row.name, true);
    assert.equal(rows[0]?.name, 'b');
  });
});
