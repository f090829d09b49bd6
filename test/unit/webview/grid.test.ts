import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../src/random.ts';
import { GridLayout, type GridMetrics, type GridMove } from '../../../webview/ui/grid/layout.ts';
import { RowPages } from '../../../webview/ui/grid/pages.ts';
import { PictureStore, pictureSide } from '../../../webview/ui/grid/pictures.ts';
import { scrollScale } from '../../../webview/ui/grid/scaled-scroll.ts';
import { SelectionModel } from '../../../webview/ui/grid/selection.ts';

const metrics: GridMetrics = { width: 420, side: 96, caption: 20, gap: 8, header: 30 };

test('items fill rows from the left, every group begins a row under its header', () => {
  const layout = new GridLayout(metrics, [5, 3]);
  assert.equal(layout.columns, 3);
  assert.equal(layout.tileWidth, 129);
  assert.deepEqual(layout.place(0), { x: 8, y: 38 });
  assert.deepEqual(layout.place(4), { x: 145, y: 38 + 124 });
  assert.deepEqual(layout.place(5), { x: 8, y: 30 + 2 * 124 + 30 + 8 });
  assert.equal(layout.height, 30 + 2 * 124 + 30 + 124 + 8);
  assert.deepEqual(layout.headersBetween(0, 1000), [
    { group: 0, y: 0 },
    { group: 1, y: 278 },
  ]);
});

test('what is between two heights is what lies there, whatever the groups', () => {
  const random = seededRandom(7);
  for (let round = 0; round < 200; round++) {
    const groups = Array.from({ length: 1 + Math.floor(random() * 6) }, () => Math.floor(random() * 20));
    const layout = new GridLayout({ ...metrics, header: round % 2 ? 30 : 0 }, groups);
    const top = random() * layout.height - 50;
    const bottom = top + random() * 600;
    const { from, to } = layout.itemsBetween(top, bottom);
    for (let index = 0; index < layout.count; index++) {
      const { y } = layout.place(index);
      const isSeen = y + layout.tileHeight > top && y < bottom;
      if (isSeen) assert.ok(index >= from && index < to, `item ${index} of ${groups} at ${y} in ${top}–${bottom}`);
    }
    assert.ok(to - from <= layout.columns * (Math.ceil(600 / layout.rowHeight) + 2 + groups.length));
  }
});

test('the keyboard moves by rows and keeps its column over the end of a group', () => {
  const layout = new GridLayout(metrics, [5, 4]);
  const table: [number, GridMove, number][] = [
    [0, 'left', 0],
    [0, 'right', 1],
    [1, 'down', 4],
    [2, 'down', 4],
    [4, 'down', 6],
    [3, 'down', 5],
    [6, 'up', 4],
    [7, 'up', 4],
    [7, 'down', 8],
    [8, 'down', 8],
    [2, 'up', 2],
    [1, 'row-end', 2],
    [4, 'row-start', 3],
    [4, 'row-end', 4],
    [3, 'first', 0],
    [3, 'last', 8],
  ];
  for (const [from, move, to] of table) assert.equal(layout.move(from, move), to, `${from} ${move}`);
  assert.equal(layout.moveRows(0, 2), 5);
  assert.equal(layout.moveRows(0, 10), 8);
  assert.equal(layout.moveRows(8, -10), 0);
});

test('a million items are placed without a list of them, and the scrollbar reaches the last', () => {
  const layout = new GridLayout({ ...metrics, header: 0 }, [1_000_000]);
  assert.equal(layout.height, Math.ceil(1_000_000 / 3) * 124 + 8);
  const scale = scrollScale(layout.height, 900);
  assert.ok(scale.scaled && scale.height === 8_000_000);
  assert.equal(scale.toContents(0), 0);
  assert.equal(scale.toContents(8_000_000 - 900), layout.height - 900);
  const { from, to } = layout.itemsBetween(layout.height - 900, layout.height);
  assert.equal(to, 1_000_000);
  assert.ok(from < 1_000_000 - 15 && from > 1_000_000 - 40);
  for (const top of [0, 12_345, 41_000_000]) {
    assert.ok(Math.abs(scale.toContents(scale.toScroll(top)) - top) < 1e-6 * layout.height);
  }
});

test('up to the height that browsers can draw, scrolling is what it always is', () => {
  const scale = scrollScale(500_000, 900);
  assert.equal(scale.scaled, false);
  assert.equal(scale.toContents(777), 777);
  assert.equal(scale.toScroll(777), 777);
  assert.equal(scale.clamp(600_000), 499_100);
});

test('rows come page by page, the wanted ones first, never more than two questions at a time', async () => {
  const asked: number[] = [];
  const answers = new Map<number, (rows: number[]) => void>();
  const arrived: number[] = [];
  const pages = new RowPages<number>({
    fetch: (offset) => {
      asked.push(offset);
      return new Promise((resolve) => answers.set(offset, resolve));
    },
    onArrive: (from) => arrived.push(from),
  });
  const answer = async (offset: number) => {
    answers.get(offset)?.(Array.from({ length: 200 }, (_, i) => offset + i));
    await new Promise((resolve) => setImmediate(resolve));
  };
  pages.want(0, 700);
  assert.deepEqual(asked, [0, 200]);
  pages.want(4000, 4100);
  await answer(0);
  assert.deepEqual(asked, [0, 200, 4000], 'pages that were scrolled past are not asked for');
  await answer(4000);
  assert.equal(pages.get(4007), 4007);
  assert.equal(pages.get(300), undefined);
  pages.reset();
  await answer(200);
  assert.equal(pages.get(300), undefined, 'an answer about another list is nobody’s');
  assert.deepEqual(arrived, [0, 4000]);
});

test('a click selects one, Ctrl one more, Shift from the anchor on; another order keeps the keys', () => {
  const selection = new SelectionModel<string>();
  selection.only(2, 'c');
  selection.toggle(4, 'e');
  assert.deepEqual([...selection.keys], ['c', 'e']);
  selection.extend(6, ['e', 'f', 'g'], true);
  assert.deepEqual([...selection.keys].sort(), ['c', 'e', 'f', 'g']);
  selection.extend(5, ['e', 'f'], true);
  assert.deepEqual([...selection.keys].sort(), ['c', 'e', 'f'], 'the next range replaces the last');
  selection.extend(3, ['d', 'e'], false);
  assert.deepEqual([...selection.keys].sort(), ['d', 'e']);
  assert.equal(selection.anchor, 4);
  selection.toggle(4, 'e');
  selection.place(0);
  assert.deepEqual([...selection.keys], ['d']);
});

test('pictures are asked for as a whole and once; a smaller one stands in', () => {
  const asked: unknown[] = [];
  const store = new PictureStore<number>((wishes) => asked.push(wishes));
  store.want('grid', [1, 2], 64);
  store.want('grid', [1, 2], 64);
  store.deliver([{ key: 1, uri: 'one' }], 64);
  store.want('grid', [1, 2, 3], 64);
  store.want('map', [1], 128);
  store.deliver([{ key: 2, uri: 'two' }], 64);
  store.want('grid', [2], 64);
  assert.deepEqual(asked, [
    [{ side: 64, keys: [1, 2] }],
    [{ side: 64, keys: [2, 3] }],
    [
      { side: 64, keys: [2, 3] },
      { side: 128, keys: [1] },
    ],
    [{ side: 128, keys: [1] }],
  ]);
  assert.equal(store.get(1, 128), undefined);
  assert.equal(store.best(1, 128), 'one');
  store.deliver([{ key: 1, uri: null }], 128);
  assert.equal(store.best(1, 128), null);
});

test('the side of a picture is what the screen needs of it', () => {
  assert.deepEqual(
    [
      [48, 1],
      [96, 1],
      [100, 1],
      [128, 2],
      [320, 1],
    ].map(([side, ratio]) => pictureSide(side!, ratio!)),
    [64, 96, 96, 256, 256],
  );
});
