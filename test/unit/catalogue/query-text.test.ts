import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuery, type QueryTerm } from '../../../src/catalogue/query-text.ts';
import { Problem } from '../../../src/problem.ts';

const value = (text: string, isQuoted = false) => ({ text, isQuoted });
const closed = (at: number) => ({ value: at, isOpen: false });
const open = (at: number) => ({ value: at, isOpen: true });

const understood: [string, QueryTerm[]][] = [
  ['', []],
  ['  ', []],
  ['rose', [{ isNegated: false, type: 'word', text: 'rose' }]],
  ['"two words"', [{ isNegated: false, type: 'word', text: 'two words' }]],
  ['"class:rose"', [{ isNegated: false, type: 'word', text: 'class:rose' }]],
  ['-', [{ isNegated: false, type: 'word', text: '-' }]],
  [
    'class:rose -tulip',
    [
      { isNegated: false, type: 'values', field: 'class', values: [value('rose')] },
      { isNegated: true, type: 'word', text: 'tulip' },
    ],
  ],
  ['label:rose', [{ isNegated: false, type: 'values', field: 'class', values: [value('rose')] }]],
  ['CLASS=Rose', [{ isNegated: false, type: 'values', field: 'class', values: [value('Rose')] }]],
  [
    '-class:rose,"lily of the valley",tulip',
    [
      {
        isNegated: true,
        type: 'values',
        field: 'class',
        values: [value('rose'), value('lily of the valley', true), value('tulip')],
      },
    ],
  ],
  ['class:"a, b"', [{ isNegated: false, type: 'values', field: 'class', values: [value('a, b', true)] }]],
  [
    'issue:blurry,dark',
    [{ isNegated: false, type: 'values', field: 'issue', values: [value('blurry'), value('dark')] }],
  ],
  ['edit:none', [{ isNegated: false, type: 'values', field: 'edit', values: [value('none')] }]],
  ['blur:none', [{ isNegated: false, type: 'values', field: 'blur', values: [value('none')] }]],
  ['is:wrong', [{ isNegated: false, type: 'is', state: 'wrong' }]],
  ['blur<0.3', [{ isNegated: false, type: 'range', field: 'blur', from: null, to: open(0.3) }]],
  ['width>=500', [{ isNegated: false, type: 'range', field: 'width', from: closed(500), to: null }]],
  ['width=500', [{ isNegated: false, type: 'range', field: 'width', from: closed(500), to: closed(500) }]],
  ['width:500', [{ isNegated: false, type: 'range', field: 'width', from: closed(500), to: closed(500) }]],
  [
    'confidence:0.5..0.6',
    [{ isNegated: false, type: 'range', field: 'confidence', from: closed(0.5), to: closed(0.6) }],
  ],
  ['confidence>90%', [{ isNegated: false, type: 'range', field: 'confidence', from: open(0.9), to: null }]],
  ['hue:..30', [{ isNegated: false, type: 'range', field: 'hue', from: null, to: closed(30) }]],
  ['bytes>1.5MB', [{ isNegated: false, type: 'range', field: 'bytes', from: open(1_500_000), to: null }]],
  [
    'modified<2025-03-01',
    [{ isNegated: false, type: 'range', field: 'modified', from: null, to: open(Date.UTC(2025, 2, 1)) }],
  ],
];

for (const [text, terms] of understood) {
  test(`query «${text}»`, () => assert.deepEqual(parseQuery(text), terms));
}

const refused: [string, string, string][] = [
  ['clas:rose', 'There is no field "clas" (character 1 of the query).', 'Did you mean "class"?'],
  ['rose colour:red', 'There is no field "colour" (character 6 of the query).', 'Fields: is, path'],
  ['a "b', 'A quotation mark is not closed (character 3 of the query).', 'Close it'],
  ['class:', 'Nothing stands behind "class:" (character 7 of the query).', 'class:rose'],
  ['class:rose,,tulip', 'A value is missing between commas (character 7 of the query).', 'Take the comma away'],
  ['class<3', '"class" is no number, so it can\'t be compared with "<" (character 1 of the query).', 'class:3'],
  ['-blur<soft', '"soft" is no number (character 7 of the query).', 'blur<0.3'],
  ['blur:1,2', '"blur" is a number and takes one value or a range (character 6 of the query).', 'blur:0.2..0.4'],
  ['blur:0.6..0.5', 'The range 0.6..0.5 is empty (character 6 of the query).', 'blur:0.5..0.6'],
  ['blur:..', 'A range has at least one end (character 6 of the query).', 'blur:0.2..0.4'],
  ['width>10%', '"10%" is no number (character 7 of the query).', 'width<100'],
  ['modified>yesterday', '"yesterday" is no date (character 10 of the query).', '2025-03-01'],
  ['issue:blury', 'There is no kind of issue "blury" (character 7 of the query).', 'Did you mean "blurry"?'],
  ['edit:moved,gone', 'There is no edit "gone" (character 6 of the query).', 'Use relabelled'],
  ['is:good', 'An image can\'t be "good" (character 4 of the query).', 'wrong'],
];

for (const [text, message, advice] of refused) {
  test(`query «${text}» is refused`, () => {
    assert.throws(
      () => parseQuery(text),
      (error: unknown) => {
        assert.ok(error instanceof Problem);
        assert.equal(error.code, 'bad-query');
        assert.equal(error.message, message);
        assert.ok(error.advice.includes(advice), error.advice);
        return true;
      },
    );
  });
}
