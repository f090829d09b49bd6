import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PictureQueue } from '../../../src/host/inspect/picture-queue.ts';
import { RowMemory } from '../../../src/host/inspect/row-memory.ts';
import type { CatalogueRow } from '../../../src/protocol/catalogue.ts';
import { isFromInspectPanel } from '../../../src/protocol/inspect-panel.ts';

const soon = (ms = 0) => new Promise((resolve) => setTimeout(resolve, ms));

test('pictures that are not wanted any more are not begun; what is begun is delivered', async () => {
  const begun: number[] = [];
  const finish: (() => void)[] = [];
  const delivered: number[] = [];
  const queue = new PictureQueue({
    make: (key) => {
      begun.push(key);
      return new Promise((resolve) => finish.push(() => resolve(key === 3 ? null : `uri ${key}`)));
    },
    deliver: (pictures, side) => {
      assert.equal(side, 96);
      delivered.push(...pictures.map(({ key }) => key));
    },
  });
  queue.want([{ side: 96, keys: Array.from({ length: 100 }, (_, key) => key) }]);
  assert.deepEqual(begun, [0, 1, 2, 3, 4, 5, 6, 7]);
  queue.want([{ side: 96, keys: [500, 501] }]);
  for (const done of finish.splice(0)) done();
  await soon(1);
  assert.deepEqual(begun.slice(8), [500, 501]);
  for (const done of finish.splice(0)) done();
  await soon(40);
  assert.deepEqual(
    delivered.sort((a, b) => a - b),
    [0, 1, 2, 3, 4, 5, 6, 7, 500, 501],
  );
  queue.dispose();
});

test('images are known from what the page was told; the others are asked for together', async () => {
  const asked: number[][] = [];
  const row = (id: number) => ({ id, path: `${id}.png`, hash: `h${id}` }) as CatalogueRow;
  const memory = new RowMemory(async (ids) => {
    asked.push(ids);
    return ids.filter((id) => id < 100).map(row);
  });
  memory.take({ total: 2, rows: [row(1), row(2)] });
  const found = await Promise.all([memory.get(1), memory.get(7), memory.get(8), memory.get(999)]);
  assert.deepEqual(
    found.map((image) => image?.path ?? null),
    ['1.png', '7.png', '8.png', null],
  );
  assert.deepEqual(asked, [[7, 8, 999]]);
  memory.clear();
  await memory.get(1);
  assert.deepEqual(asked[1], [1], 'another revision: ids mean other images');
});

test('the page may ask the catalogue what it shows, and nothing else', () => {
  assert.equal(isFromInspectPanel({ type: 'ask', id: 1, request: { type: 'page' } }), true);
  assert.equal(isFromInspectPanel({ type: 'ask', id: 1, request: { type: 'refresh' } }), false);
  assert.equal(isFromInspectPanel({ type: 'ask', id: 1 }), false);
  assert.equal(isFromInspectPanel({ type: 'delete' }), false);
});
