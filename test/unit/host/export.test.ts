import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExport, sizeText } from '../../../src/host/export/export-answer.ts';

test('what loupe export answers', () => {
  const answer = { path: '/a/b.onnx', card: '/a/b.onnx.md', bytes: 5, format: 'onnx' };
  assert.deepEqual(readExport(answer), { path: '/a/b.onnx', card: '/a/b.onnx.md', bytes: 5 });
  assert.deepEqual(readExport({ path: '/a', card: null }), { path: '/a', card: null, bytes: 0 });
  for (const other of [null, 'done', {}, { path: 3 }]) assert.equal(readExport(other), null);
});

test('sizes are short', () => {
  const rows: [number, string][] = [
    [0, '1 kB'],
    [340_400, '340 kB'],
    [1_230_000, '1.2 MB'],
    [102_400_000, '102 MB'],
  ];
  for (const [bytes, text] of rows) assert.equal(sizeText(bytes), text);
});
