import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compact, count, duration, figure, percent, plural, rate, remaining } from '../../../webview/ui/format.ts';

const table = <Input>(name: string, format: (value: Input) => string, rows: [Input, string][]) =>
  test(name, () => {
    for (const [input, expected] of rows) assert.equal(format(input), expected, String(input));
  });

table('count groups thousands', count, [
  [0, '0'],
  [1234567, '1,234,567'],
  [null, '–'],
  [Number.NaN, '–'],
]);
table('compact shortens', compact, [
  [950, '950'],
  [12_300, '12.3K'],
  [1_050_000, '1.05M'],
]);
table('percent keeps 0 and 100 for what is exactly that', percent, [
  [0, '0%'],
  [1, '100%'],
  [0.934, '93.4%'],
  [0.9999, '99.9%'],
  [0.0001, '<0.1%'],
  [null, '–'],
]);
table('percent with two digits', (value: number) => percent(value, 2), [
  [0.93421, '93.42%'],
  [0.99999, '99.99%'],
]);
table('figure has four significant digits', figure, [
  [0.43125, '0.4313'],
  [2, '2'],
  [0.000012, '1.2e-5'],
  [3e-8, '3e-8'],
  [12345.6, '12350'],
  [1.5e7, '1.5e7'],
  [0, '0'],
  [Number.NaN, '–'],
]);
table('duration', duration, [
  [0.84, '0.8 s'],
  [9.96, '10 s'],
  [42, '42 s'],
  [59.7, '1 min 00 s'],
  [185, '3 min 05 s'],
  [7620, '2 h 07 min'],
  [3599.9, '1 h 00 min'],
  [273_600, '3 d 4 h'],
  [-1, '–'],
  [null, '–'],
]);
table('remaining is rough', remaining, [
  [2, 'a few seconds'],
  [33, 'about 35 s'],
  [70, 'about 1 min'],
  [430, 'about 7 min'],
  [9000, 'about 2.5 h'],
  [260_000, 'about 3 days'],
  [null, '–'],
]);
table('rate', rate, [
  [0.84, '0.8 images/s'],
  [1234.4, '1,234 images/s'],
  [null, '–'],
]);
test('plural', () => {
  assert.equal(plural(1, 'image'), '1 image');
  assert.equal(plural(2000, 'image'), '2,000 images');
});
