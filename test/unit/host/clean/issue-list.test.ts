import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { IssueList } from '../../../../src/host/clean/issue-list.ts';
import type { IssueRow } from '../../../../src/protocol/catalogue.ts';
import { image, row } from './rows.ts';

const all = Array.from({ length: 1_000 }, (_, i) =>
  row('label', [image(`i${i}`, i % 2 ? 'rose' : 'tulip')], { score: 1 - i / 1_000, suggested: 'daisy' }),
);
const names = (rows: readonly IssueRow[]) => rows.map(({ images }) => images[0]?.hash);

/** A catalogue that drops rows, as the real one does with what is decided. */
function catalogue() {
  let rows = all;
  let asked = 0;
  return {
    ask: async (offset: number, limit: number) => {
      asked++;
      return { total: rows.length, rows: rows.slice(offset, offset + limit) };
    },
    drop: (gone: (row: IssueRow) => boolean) => {
      rows = rows.filter((one) => !gone(one));
    },
    asked: () => asked,
  };
}

describe('list of candidates', () => {
  test('is read no further than it is looked at, and knows its length at once', async () => {
    const source = catalogue();
    const list = new IssueList(source.ask, null);
    const { total, rows, complete } = await list.page(0, 50);
    assert.deepEqual([total, rows.length, complete, source.asked()], [1_000, 50, true, 1]);
  });

  test('rows that were decided meanwhile stay, and none is skipped', async () => {
    const source = catalogue();
    const list = new IssueList(source.ask, null);
    await list.page(0, 200);
    source.drop(({ images }) => Number(images[0]?.hash.slice(1)) < 60);
    list.changed();
    const { rows, total } = await list.page(200, 200);
    assert.deepEqual(names(rows), names(all.slice(200, 400)));
    assert.equal(total, 1_000);
    assert.deepEqual(names((await list.page(0, 50)).rows), names(all.slice(0, 50)));
  });

  test('two pages that are asked for at once do not mix', async () => {
    const list = new IssueList(catalogue().ask, null);
    const pages = await Promise.all([list.page(0, 300), list.page(600, 300), list.page(300, 300)]);
    assert.deepEqual(
      names(pages.flatMap(({ rows }) => rows)),
      names([...all.slice(0, 300), ...all.slice(600, 900), ...all.slice(300, 600)]),
    );
  });

  test('only what is wanted when it is first seen', async () => {
    const decided = new Set<string>();
    const list = new IssueList(catalogue().ask, ({ key, images }) => images[0]?.label === 'rose' && !decided.has(key));
    const first = await list.page(0, 10);
    assert.deepEqual([first.complete, first.rows.every(({ images }) => images[0]?.label === 'rose')], [false, true]);
    for (const { key } of first.rows) decided.add(key);
    assert.deepEqual(names((await list.page(0, 10)).rows), names(first.rows));
    const last = await list.page(0, 1_000);
    assert.deepEqual([last.total, last.complete], [500, true]);
  });

  test('all like one: same given and suggested class, at least as sure, also those that nobody has scrolled to', async () => {
    const list = new IssueList(catalogue().ask, null);
    const [like] = (await list.page(100, 1)).rows;
    assert.ok(like);
    const alike = await list.alike(like);
    assert.deepEqual(names(alike), names(all.slice(0, 101).filter(({ images }) => images[0]?.label === 'tulip')));
  });
});
