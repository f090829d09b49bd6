import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cleanKeys } from '../../../src/protocol/clean-keys.ts';
import { defaultThresholds, findingKinds } from '../../../src/protocol/findings.ts';
import {
  actCommand,
  digitKeys,
  isPlainKey,
  keyHelp,
  listCommand,
  matchingClasses,
} from '../../../webview/clean/keys.ts';
import { kindSections, kindTexts, thresholdControls } from '../../../webview/clean/kinds.ts';
import { actKeys, differences } from '../../../webview/clean/row-text.ts';
import { image } from '../host/clean/rows.ts';

const key = (name: string, changes = {}) =>
  listCommand({ key: name, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...changes });

describe('keys', () => {
  test('what VS Code dispatches is left to it', () => {
    for (const { key: bound } of cleanKeys) assert.equal(key(bound.split('+').at(-1) ?? ''), null, bound);
    assert.equal(key('Enter'), null);
  });

  test('a command of VS Code is one of the list', () => {
    assert.deepEqual(actCommand('exclude', true), { do: 'exclude', alike: true });
    assert.deepEqual(actCommand('accept', false), { do: 'accept' });
  });

  test('where something is typed or pressed, VS Code is told only of its own keys', () => {
    const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
    for (const name of ['k', 'Enter', '?']) assert.equal(isPlainKey({ key: name, ...plain }), true, name);
    for (const name of ['F1', 'Escape', 'Tab']) assert.equal(isPlainKey({ key: name, ...plain }), false, name);
    assert.equal(isPlainKey({ key: 's', ...plain, ctrlKey: true }), false);
  });

  test('motion by arrows and by J', () => {
    assert.deepEqual(key('j'), key('ArrowDown'));
    assert.deepEqual(key('J', { shiftKey: true }), key('ArrowUp'));
    assert.deepEqual(key('ArrowDown', { shiftKey: true }), { do: 'move', by: 'row', way: 1, extend: true });
    assert.deepEqual(key('End'), { do: 'move', by: 'end', way: 1, extend: false });
  });

  test('what VS Code does with Ctrl and ⌘ stays with VS Code', () => {
    for (const name of ['z', 's', 'k', 'ArrowDown']) {
      assert.equal(key(name, { ctrlKey: true }), null);
      assert.equal(key(name, { metaKey: true }), null);
    }
    assert.equal(key('q'), null);
  });

  test('the help names every act', () => {
    const named = keyHelp.map(([keys]) => keys).join(' ');
    for (const name of ['K', 'R', 'X', 'D', 'N', 'U', 'B']) assert.match(named, new RegExp(`\\b${name}\\b`));
  });
});

describe('classes by digit', () => {
  const classes = [
    { name: 'rose', count: 10 },
    { name: 'tulip', count: 30 },
    { name: 'daisy', count: 20 },
  ];
  test('the suggested first, then the most frequent', () => {
    assert.deepEqual(
      [...digitKeys(classes, ['rose', 'unknown'])],
      [
        ['1', 'rose'],
        ['2', 'tulip'],
        ['3', 'daisy'],
      ],
    );
  });

  test('a class that is called like a digit has that digit', () => {
    const digits = Array.from({ length: 10 }, (_, i) => ({ name: String(i), count: 10 - i }));
    const keys = digitKeys(digits, ['7']);
    assert.ok([...keys].every(([digit, name]) => digit === name));
    assert.equal(keys.size, 10);
  });

  test('typing finds classes by their begin, then by any part', () => {
    assert.deepEqual(matchingClasses(['sunflower', 'flower', 'rose'], 'flow'), ['flower', 'sunflower']);
    assert.deepEqual(matchingClasses(['a', 'b'], ' '), ['a', 'b']);
  });
});

describe('kinds', () => {
  test('every kind has its place in the list once', () => {
    assert.deepEqual(kindSections.flatMap(({ kinds }) => kinds).sort(), [...findingKinds].sort());
    assert.deepEqual(Object.keys(kindTexts).sort(), [...findingKinds].sort());
  });

  test('a slider’s range holds its default', () => {
    for (const { name, min, max } of Object.values(thresholdControls).flat()) {
      assert.ok(defaultThresholds[name] >= min && defaultThresholds[name] <= max, name);
    }
  });

  test('acts that make sense: no new label for a blurry picture, none at all for a class', () => {
    const keys = (kind: (typeof findingKinds)[number]) =>
      actKeys({ kind })
        .map((act) => act.key)
        .join('');
    assert.equal(keys('label'), 'KRXDN');
    assert.equal(keys('blurry'), 'KXDN');
    assert.equal(keys('near-duplicate'), 'KXDN');
    assert.equal(keys('conflicting-labels'), 'KRXDN');
    assert.equal(keys('class-imbalance'), '');
  });
});

test('in what copies differ, with what was decided about them', () => {
  const a = image('a', 'rose');
  const edit = { label: 'tulip', split: null, excluded: false, deleted: false, kept: false };
  assert.deepEqual([...differences([a, image('b', 'rose')])], []);
  assert.deepEqual([...differences([a, image('b', 'rose', { edit })])], ['label']);
  assert.deepEqual([...differences([a, image('b', 'rose', { split: 'test', width: 9 })])], ['split', 'size']);
});
