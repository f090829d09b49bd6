import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { bar, dateTime, duration, figure, fromHere, percent, plural, shellPath } from '../../../src/cli/format.ts';
import { style } from '../../../src/cli/style.ts';
import { displayWidth, renderTable } from '../../../src/cli/table.ts';
import { wantsColor } from '../../../src/cli/terminal.ts';

const texts: [actual: string, expected: string][] = [
  [percent(0.8765), '87.6%'],
  [percent(1), '100.0%'],
  [percent(null), '–'],
  [figure(0.123456), '0.1235'],
  [figure(null), '–'],
  [figure(Number.NaN), '–'],
  [duration(0.4), '0 s'],
  [duration(59.6), '1 min 00 s'],
  [duration(72), '1 min 12 s'],
  [duration(7500), '2 h 05 min'],
  [duration(-5), '0 s'],
  [plural(1, 'image'), '1 image'],
  [plural(1234, 'class', 'classes'), '1,234 classes'],
  [dateTime(new Date(2025, 0, 2, 3, 4).getTime()), '2025-01-02 03:04'],
  [dateTime(Number.NaN), '–'],
  [bar(0.5, 4), '██░░'],
  [bar(2, 2), '██'],
  [bar(-1, 2), '░░'],
  [shellPath('/home/me/run', 'run'), 'run'],
  [shellPath('/home/me/run', '../../home/me/run'), '/home/me/run'],
  [shellPath('/a', ''), '/a'],
  [shellPath('/home/my run', '../x'), '"/home/my run"'],
  [shellPath('/a$b', '..'), '"/a\\$b"'],
  [fromHere(path.resolve('runs', 'one')), path.join('runs', 'one')],
  [fromHere(`${process.cwd()}-beside`), `${process.cwd()}-beside`],
];
for (const [actual, expected] of texts) test(`"${expected}"`, () => assert.equal(actual, expected));

const widths: [string, number][] = [
  ['abc', 3],
  ['é', 1],
  ['e\u0301', 1],
  ['猫', 2],
  ['🐈', 2],
  ['\x1b[31mred\x1b[39m', 3],
];
for (const [text, width] of widths) {
  test(`${JSON.stringify(text)} takes ${width} columns`, () => assert.equal(displayWidth(text), width));
}

test('a table lines up under its titles, whatever the cells are made of', () => {
  const table = renderTable(
    [{ title: 'NAME' }, { title: 'N', align: 'right' }, { title: 'X' }],
    [
      ['猫', '1', 'a'],
      [style(true).red('dog'), '10', ''],
    ],
  );
  assert.equal(table, 'NAME   N  X\n猫     1  a\n\x1b[31mdog\x1b[39m   10');
});

const colors: [isTTY: boolean | undefined, env: NodeJS.ProcessEnv, expected: boolean][] = [
  [true, {}, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, {}, false],
  [undefined, {}, false],
];
for (const [isTTY, env, expected] of colors) {
  test(`colours with isTTY ${isTTY} and ${JSON.stringify(env)}: ${expected}`, () => {
    assert.equal(wantsColor(isTTY === undefined ? {} : { isTTY }, env), expected);
  });
}
