import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Color, contrast, cssColor, mix, parseColor, readable } from '../../../webview/ui/color.ts';

test('parseColor reads what VS Code writes', () => {
  const rows: [string, Color | null][] = [
    ['#fff', [255, 255, 255, 1]],
    [' #0063d3 ', [0, 99, 211, 1]],
    ['#d1861680', [209, 134, 22, 128 / 255]],
    ['rgba(234, 92, 0, 0.33)', [234, 92, 0, 0.33]],
    ['rgb(1 2 3 / 50%)', [1, 2, 3, 0.5]],
    ['', null],
    ['#12345', null],
    ['color-mix(in srgb, red, blue)', null],
  ];
  for (const [text, expected] of rows) assert.deepEqual(parseColor(text), expected, text);
});

test('cssColor writes rgb, or rgba where it is translucent', () => {
  assert.equal(cssColor([1.4, 2, 3, 1]), 'rgb(1, 2, 3)');
  assert.equal(cssColor([1, 2, 3, 0.25]), 'rgba(1, 2, 3, 0.25)');
});

test('contrast is the WCAG ratio', () => {
  assert.equal(contrast([0, 0, 0, 1], [255, 255, 255, 1]), 21);
  assert.equal(Math.round(contrast([119, 119, 119, 1], [255, 255, 255, 1]) * 100) / 100, 4.48);
});

test('readable keeps a colour that can be seen and moves one that cannot towards the text colour', () => {
  const white: Color = [255, 255, 255, 1];
  const black: Color = [0, 0, 0, 1];
  assert.deepEqual(readable([0, 99, 211, 0.3], white, black), [0, 99, 211, 1]);
  const yellow = readable([255, 255, 0, 1], white, black);
  assert.ok(contrast(yellow, white) >= 3);
  assert.ok(yellow[0] > yellow[2], 'still yellowish');
  assert.deepEqual(mix(white, black, 0.5), [127.5, 127.5, 127.5, 1]);
});
