import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  applyCompletion,
  complete,
  hasTerms,
  quoted,
  termsOf,
  toggleTerms,
  toggleValue,
  valuesOf,
  withoutField,
} from '../../../webview/inspect/query-text.ts';

const words = { classes: ['rose', 'wild rose', 'tulip'], splits: ['train', 'test'], predicted: ['rose', 'tulip'] };

test('a query is split at spaces outside of quotes', () => {
  assert.deepEqual(
    termsOf('a "b c" class:"d e",f -issue:blurry').map(({ text }) => text),
    ['a', '"b c"', 'class:"d e",f', '-issue:blurry'],
  );
  assert.deepEqual(
    termsOf('class:"open end').map(({ text }) => text),
    ['class:"open end'],
  );
});

test('values are toggled in the text, which stays the one truth', () => {
  const table: [before: string, field: string, value: string, after: string][] = [
    ['', 'class', 'rose', 'class:rose'],
    ['class:rose', 'class', 'rose', ''],
    ['class:rose', 'class', 'wild rose', 'class:rose,"wild rose"'],
    ['class:rose,"wild rose" blur<0.3', 'class', 'rose', 'blur<0.3 class:"wild rose"'],
    ['-class:rose', 'class', 'rose', '-class:rose class:rose'],
    ['sea', 'split', 'test', 'sea split:test'],
  ];
  for (const [before, field, value, after] of table) assert.equal(toggleValue(before, field, value), after);
  assert.deepEqual(valuesOf('class:a,"b, c" class:d', 'class'), ['a', 'b, c', 'd']);
  assert.equal(withoutField('class:a x', 'class'), 'x');
  assert.equal(quoted('a:b'), '"a:b"');
});

test('several terms are added and taken away together', () => {
  const table: [before: string, terms: string, after: string][] = [
    ['', 'border>0.3 -issue:dark', 'border>0.3 -issue:dark'],
    ['class:"wild rose"', 'is:greyscale', 'class:"wild rose" is:greyscale'],
    ['border>0.3 rose', 'border>0.3 -issue:dark', 'rose border>0.3 -issue:dark'],
    ['border>0.3 rose -issue:dark', 'border>0.3 -issue:dark', 'rose'],
  ];
  for (const [before, terms, after] of table) {
    assert.equal(toggleTerms(before, terms), after);
    assert.equal(hasTerms(after, terms), after !== 'rose');
  }
});

test('fields and values are completed where the caret is', () => {
  const labels = (text: string, caret = text.length) => complete(text, caret, words).items.map(({ insert }) => insert);
  assert.deepEqual(labels('cl'), ['class:']);
  assert.deepEqual(labels('blu'), ['blur>']);
  assert.deepEqual(labels('class:r'), ['rose', '"wild rose"']);
  assert.deepEqual(labels('class:rose,tu'), ['tulip']);
  assert.deepEqual(labels('split:'), ['train', 'test']);
  assert.deepEqual(labels('-issue:dar'), ['dark']);
  assert.deepEqual(labels('is:wr x', 5), ['wrong']);
  assert.deepEqual(labels('class:lily'), []);
});

test('a completion replaces what was begun and leaves the caret behind it', () => {
  const text = 'class:ro blur<1';
  const completions = complete(text, 8, words);
  assert.deepEqual(applyCompletion(text, completions, completions.items[0]!), {
    text: 'class:rose blur<1',
    caret: 11,
  });
  const field = complete('spl', 3, words);
  assert.deepEqual(applyCompletion('spl', field, field.items[0]!), { text: 'split:', caret: 6 });
});
