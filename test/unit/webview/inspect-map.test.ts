import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../src/random.ts';
import { coverage, drawDots } from '../../../webview/inspect/map/dots.ts';
import { insidePolygon } from '../../../webview/inspect/map/lasso.ts';
import { PointIndex } from '../../../webview/inspect/map/nearest.ts';
import { panBy, toPixel, toPlane, wholeView, zoomAt } from '../../../webview/inspect/map/viewport.ts';

const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} is not ${b}`);

test('the whole map fits, upright, and a pixel and its place on the plane are each other’s inverse', () => {
  const view = wholeView([0, 10, 5], [0, 2, 1], 500, 300);
  for (const [x, y] of [
    [0, 0],
    [10, 2],
    [5, 1],
  ] as const) {
    const [px, py] = toPixel(view, x, y);
    assert.ok(px >= 24 && px <= 476 && py >= 24 && py <= 276);
    const [bx, by] = toPlane(view, px, py);
    close(bx, x);
    close(by, y);
  }
  assert.ok(toPixel(view, 5, 2)[1] < toPixel(view, 5, 0)[1], 'y grows upwards');
  assert.ok(Number.isFinite(wholeView([], [], 100, 100).scale) && Number.isFinite(wholeView([3], [4], 100, 100).scale));
});

test('zooming keeps what is under the pointer, within limits; panning follows the pointer', () => {
  const view = wholeView([0, 10], [0, 10], 400, 400);
  const before = toPlane(view, 100, 50);
  const zoomed = zoomAt(view, 100, 50, 3, view.scale);
  const after = toPlane(zoomed, 100, 50);
  close(before[0], after[0]);
  close(before[1], after[1]);
  close(zoomed.scale, view.scale * 3);
  close(zoomAt(view, 0, 0, 1e9, view.scale).scale, view.scale * 400);
  close(zoomAt(view, 0, 0, 1e-9, view.scale).scale, view.scale / 2);
  const [px, py] = toPixel(panBy(view, 30, -20), ...toPlane(view, 100, 100));
  close(px, 130);
  close(py, 80);
});

test('a lasso takes what is inside, also where it is not convex', () => {
  const xs = [1, 5, 9, 5, 5];
  const ys = [1, 1, 1, 8, 4];
  // A U: its hollow is outside.
  const u = [
    [0, 0],
    [10, 0],
    [10, 10],
    [7, 10],
    [7, 3],
    [3, 3],
    [3, 10],
    [0, 10],
  ] as const;
  assert.deepEqual(insidePolygon(xs, ys, u), [0, 1, 2]);
  assert.deepEqual(insidePolygon(xs, ys, u.slice(0, 2)), []);
});

test('the nearest point is the one that looking at all of them finds', () => {
  const random = seededRandom(5);
  const xs = Array.from({ length: 3000 }, () => random() * 20 - 10);
  const ys = Array.from({ length: 3000 }, () => random() * 4);
  const index = new PointIndex(xs, ys);
  for (let round = 0; round < 200; round++) {
    const [x, y, reach] = [random() * 24 - 12, random() * 5, random()];
    const distances = xs.map((px, at) => (px - x) ** 2 + (ys[at]! - y) ** 2);
    const best = distances.indexOf(Math.min(...distances));
    assert.equal(index.nearest(x, y, reach), distances[best]! <= reach * reach ? best : -1);
    const all = distances.flatMap((distance, at) => (distance <= reach * reach ? [at] : []));
    assert.deepEqual(
      index.within(x, y, reach).sort((a, b) => a - b),
      all,
    );
  }
  assert.equal(new PointIndex([], []).nearest(0, 0, 10), -1);
});

test('arrow keys go to the nearest point in their direction', () => {
  const index = new PointIndex([0, 2, 5, 0, -3], [0, 0.5, 0, 4, 0]);
  assert.equal(index.towards(0, 1, 0), 1);
  assert.equal(index.towards(0, 0, 1), 3);
  assert.equal(index.towards(0, -1, 0), 4);
  assert.equal(index.towards(4, -1, 0), -1);
});

test('dots cover their pixels with soft edges, hinted ones lie below', () => {
  const { reach, mask } = coverage(2);
  assert.equal(reach, 2);
  assert.equal(mask[12], 1);
  assert.equal(mask[0], 0);
  const pixels = new Uint8ClampedArray(20 * 20 * 4);
  const view = { x: 0, y: 0, scale: 1, width: 20, height: 20 };
  const points = { xs: [0, 0, 500], ys: [0, 0, 0], color: [0, 1, 0] };
  const colors = [
    [255, 0, 0],
    [0, 0, 255],
  ] as const;
  drawDots(pixels, view, points, Uint8Array.of(0, 1, 0), { radius: 2, background: [10, 20, 30], colors });
  const at = (x: number, y: number) => [...pixels.subarray((y * 20 + x) * 4, (y * 20 + x) * 4 + 4)];
  assert.deepEqual(at(0, 0), [10, 20, 30, 255]);
  const [red, , blue] = at(10, 10);
  assert.ok(red! > 220 && blue! < 40, 'the full dot is above the hinted one');
});
