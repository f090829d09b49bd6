import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RowChange, rewriteManifest } from '../../../../src/cleaning/apply/rewrite-manifest.ts';

const cases: [string, string, Record<string, RowChange>, string][] = [
  [
    'a label',
    'path,label\na.png,rose\nb.png,rose\n',
    { 'b.png': { label: 'tulip' } },
    'path,label\na.png,rose\nb.png,tulip\n',
  ],
  [
    'a row that goes',
    'path,label\na.png,rose\nb.png,rose\n',
    { 'a.png': { remove: true } },
    'path,label\nb.png,rose\n',
  ],
  ['no end of the last line', 'path,label\na.png,rose', { 'a.png': { label: 'tulip' } }, 'path,label\na.png,tulip'],
  [
    'Windows lines, other columns and spaces',
    'n;file; class\r\n1;a.png; rose\r\n2;b.png; rose\r\n',
    { 'b.png': { label: 'x' } },
    'n;file; class\r\n1;a.png; rose\r\n2;b.png;x\r\n',
  ],
  [
    'quotes and breaks',
    'path,label\n"a,1.png","two\nlines"\nb.png,rose\n',
    { 'a,1.png': { label: 'say "x"' } },
    'path,label\n"a,1.png","say ""x"""\nb.png,rose\n',
  ],
  [
    'untouched rows stay to the byte',
    'path,label\n"a.png" ,"rose"\n\nb.png,rose\n',
    { 'b.png': { label: 'x' } },
    'path,label\n"a.png" ,"rose"\n\nb.png,x\n',
  ],
  ['a short row gets its label', 'path,label\na.png\n', { 'a.png': { label: 'rose' } }, 'path,label\na.png,rose\n'],
  [
    'splits in the words of the file',
    'path,label,set\na.png,rose,train\nb.png,rose,val\n',
    { 'a.png': { split: 'validation' } },
    'path,label,set\na.png,rose,val\nb.png,rose,val\n',
  ],
  ['without a header', 'a.png,rose\nb.png,rose\n', { 'a.png': { label: 'tulip' } }, 'a.png,tulip\nb.png,rose\n'],
  ['a mark in front', '\ufeffpath,label\na.png,rose\n', { 'a.png': { label: 'x' } }, '\ufeffpath,label\na.png,x\n'],
  [
    'JSON lines',
    '{"image":"a.png","label":"rose","n":1}\n\n{"image":"b.png","label":"rose"}',
    { 'a.png': { label: 'x' }, 'b.png': { remove: true } },
    '{"image":"a.png","label":"x","n":1}\n\n',
  ],
  [
    'a split where JSON had none',
    '{"path":"a.png","label":"rose"}\n',
    { 'a.png': { split: 'test' } },
    '{"path":"a.png","label":"rose","split":"test"}\n',
  ],
];

for (const [name, text, changes, expected] of cases) {
  test(`rewrite: ${name}`, () => {
    assert.equal(
      rewriteManifest(text, 'm.csv', (written) => changes[written] ?? null),
      expected,
    );
  });
}
