import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvRows, parseCsv, sniffDelimiter } from '../../../src/dataset/csv.ts';
import { groupReader } from '../../../src/dataset/group.ts';
import { manifestRows, parseManifest } from '../../../src/dataset/manifest-rows.ts';
import { Problem } from '../../../src/problem.ts';

const tables: [string, string, string[][]][] = [
  [
    'plain',
    'a,b\nc,d\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'no final newline',
    'a,b\nc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'CRLF and empty lines',
    'a,b\r\n\r\nc,d\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'old Mac line ends',
    'a,b\rc,d',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  [
    'empty fields',
    ',\na,\n,b',
    [
      ['', ''],
      ['a', ''],
      ['', 'b'],
    ],
  ],
  [
    'quotes',
    '"a,1","say ""hi"""\n"two\nlines",d',
    [
      ['a,1', 'say "hi"'],
      ['two\nlines', 'd'],
    ],
  ],
  ['a quote inside a field', 'a"b,c', [['a"b', 'c']]],
  ['a quote never closed', '"a,b\nc', [['a,b\nc']]],
  ['final empty field', 'a,', [['a', '']]],
];

for (const [name, text, rows] of tables) {
  test(`CSV: ${name}`, () =>
    assert.deepEqual(
      parseCsv(text, ',').map((row) => row.fields),
      rows,
    ));
}

function cut(text: string, length: number): string[] {
  return text.match(new RegExp(`[^]{1,${length}}`, 'g')) ?? [];
}

test('CSV that comes in pieces has the rows that it has as a whole, wherever it is cut', () => {
  const texts = [
    ...tables.map(([, text]) => text),
    'a\r\n\r\n"b\r\nc",""""\r\nd,\r\n',
    '"never closed\n,x\n'.repeat(30),
  ];
  for (const text of texts) {
    for (const length of [1, 2, 3, 5])
      assert.deepEqual([...csvRows(cut(text, length), ',')], parseCsv(text, ','), text);
  }
});

test('a manifest that comes in pieces has the rows that it has as a whole', () => {
  const json = '{"file":"a.png","class":"cat"}\r\n\r\nnonsense\r\n{"file":"b.png","class":3,"group":"é"}\r\n';
  for (const text of [json, json.replaceAll('\r\n', '\n').trim(), ...manifests.map(([, content]) => content)]) {
    for (const length of [1, 4, 9]) {
      const rows = [...manifestRows(() => cut(text, length), 'm')];
      assert.deepEqual(rows, parseManifest(text, 'm'), JSON.stringify(text));
    }
  }
});

test('CSV: rows know their line, also behind a quoted line break', () => {
  assert.deepEqual(
    parseCsv('a\n\n"b\nc"\nd\n', ',').map((row) => row.line),
    [1, 3, 5],
  );
});

for (const [text, delimiter] of [
  ['path,label', ','],
  ['path;label', ';'],
  ['path\tlabel', '\t'],
  ['"a,b";c', ';'],
  ['path', ','],
] as const) {
  test(`delimiter of ${JSON.stringify(text)}`, () => assert.equal(sniffDelimiter(text), delimiter));
}

const manifests: [string, string, (string | null)[][]][] = [
  ['usual names', 'path,label\na.png,cat', [['a.png', 'cat', null, null]]],
  [
    'other names and order',
    'Category;Image_File;Subset;patient_id\ncat;a.png;train;p1',
    [['a.png', 'cat', 'train', 'p1']],
  ],
  ['the better name wins', 'name,file,class\nx,a.png,cat', [['a.png', 'cat', null, null]]],
  ['byte order mark', '\ufefffilename,class\na.png,cat', [['a.png', 'cat', null, null]]],
  [
    'no header, path first',
    'a.png,cat\nb.jpg,dog',
    [
      ['a.png', 'cat', null, null],
      ['b.jpg', 'dog', null, null],
    ],
  ],
  [
    'no header, label first',
    'cat\ta.png\ndog\tb.JPEG',
    [
      ['a.png', 'cat', null, null],
      ['b.JPEG', 'dog', null, null],
    ],
  ],
  [
    'missing values',
    'path,label,split\na.png\n,cat\nb.png, ,test',
    [
      ['a.png', null, null, null],
      [null, 'cat', null, null],
      ['b.png', null, 'test', null],
    ],
  ],
  [
    'JSON lines',
    '{"file":"a.png","label":3}\n\n{"file":"b.png","label":null,"split":"val"}',
    [
      ['a.png', '3', null, null],
      ['b.png', null, 'val', null],
    ],
  ],
];

for (const [name, text, rows] of manifests) {
  test(`manifest: ${name}`, () => {
    const parsed = parseManifest(text, 'm').map(({ path, label, split, group }) => [path, label, split, group]);
    assert.deepEqual(parsed, rows);
  });
}

test('manifest: JSON columns are found although the first line lacks some', () => {
  const rows = parseManifest(
    '{"path":"a.png","label":"x"}\n{"path":"b.png","label":"y","split":"test","group":"g"}',
    'm',
  );
  assert.deepEqual(rows[1], { line: 2, path: 'b.png', label: 'y', split: 'test', group: 'g', fault: null });
});

test('manifest: rows that make no sense carry their line and fault', () => {
  const rows = parseManifest('path,label\na.png,cat,what,is,this\n', 'm');
  assert.deepEqual([rows[0]?.line, rows[0]?.fault], [2, '5 columns instead of 2']);
  const lines = parseManifest('{"path":"a.png","label":"x"}\n{"path":\n[1]\n', 'm');
  assert.deepEqual(
    lines.map((row) => row.fault),
    [null, 'The line is no JSON object', 'The line is no JSON object'],
  );
});

for (const [name, text, code] of [
  ['empty', ' \n', 'empty-manifest'],
  ['no label column', 'path,weight\na.png,3', 'manifest-columns'],
  ['no path column', 'label\ncat', 'manifest-columns'],
  ['three columns without a header', 'a.png,cat,3', 'manifest-columns'],
] as const) {
  test(`manifest refused: ${name}`, () => {
    assert.throws(
      () => parseManifest(text, 'm'),
      (error) => error instanceof Problem && error.code === code && error.advice !== '',
    );
  });
}

test('group pattern: first group, whole match, none; a bad one is a problem', () => {
  assert.equal(groupReader('(patient\\d+)_')('cats/patient12_3.png'), 'patient12');
  assert.equal(groupReader('^[^/]+')('cats/a.png'), 'cats');
  assert.equal(groupReader('x(\\d+)')('cats/a.png'), null);
  assert.equal(groupReader('')('cats/a.png'), null);
  assert.throws(
    () => groupReader('(unclosed'),
    (error) => error instanceof Problem && error.code === 'group-pattern',
  );
});
