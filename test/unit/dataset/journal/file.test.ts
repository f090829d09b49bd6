import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { appendToJournal } from '../../../../src/dataset/journal/append.ts';
import { editOf, newEditId, stampEdits, subject } from '../../../../src/dataset/journal/edits.ts';
import { journalDataName, journalFileOf } from '../../../../src/dataset/journal/folder.ts';
import { parseJournal, readJournal } from '../../../../src/dataset/journal/read.ts';
import type { JournalLine } from '../../../../src/protocol/journal.ts';
import { temporaryFolder } from '../../jobs/temporary.ts';

const image = { path: 'rose/1.jpg', hash: 'aa' };
const good = { id: 'x', at: '2026-01-01T00:00:00.000Z', data: 'flowers', ...image, edit: 'exclude' };

function someLines(count: number): JournalLine[] {
  return stampEdits(
    Array.from({ length: count }, (_, i) => editOf.exclude({ path: `rose/${i}.jpg`, hash: `h${i}` })),
    { data: 'flowers', after: [] },
  );
}

test('journal: lines come back as they were written; the folder tells git how to merge', (t) => {
  const workspace = temporaryFolder(t);
  const file = journalFileOf(workspace);
  assert.deepEqual(readJournal(file).lines, []);
  const [first, second] = [someLines(2), someLines(3)];
  appendToJournal(file, first);
  appendToJournal(file, []);
  appendToJournal(file, second);
  const { lines, bad } = readJournal(file);
  assert.deepEqual(lines, [...first, ...second]);
  assert.deepEqual(bad, []);
  assert.match(fs.readFileSync(path.join(workspace, '.loupe/.gitattributes'), 'utf8'), /^labels\.jsonl merge=union/);
  assert.equal(journalDataName(workspace, path.join(workspace, 'data', 'flowers')), 'data/flowers');
  assert.equal(journalDataName(workspace, workspace), '.');
});

test('journal: a rule for git that the user has taken out or written stays so', (t) => {
  const workspace = temporaryFolder(t);
  const rules = path.join(workspace, '.loupe/.gitattributes');
  fs.mkdirSync(path.dirname(rules));
  fs.writeFileSync(rules, '*.png binary');
  appendToJournal(journalFileOf(workspace), someLines(1));
  assert.match(fs.readFileSync(rules, 'utf8'), /^\*\.png binary\nlabels\.jsonl merge=union/);
  fs.writeFileSync(rules, '');
  appendToJournal(journalFileOf(workspace), someLines(1));
  assert.equal(fs.readFileSync(rules, 'utf8'), '');
});

test('journal: a torn last line is closed, counted and kept', (t) => {
  const file = journalFileOf(temporaryFolder(t));
  appendToJournal(file, someLines(2));
  fs.appendFileSync(file, '{"id":"torn","at":"2026-');
  appendToJournal(file, someLines(1));
  const { lines, bad } = readJournal(file);
  assert.equal(lines.length, 3);
  assert.deepEqual(bad, [{ line: 3, message: 'no JSON: torn or damaged' }]);
  assert.match(fs.readFileSync(file, 'utf8'), /"torn"/);
});

const faults: [string, string, RegExp][] = [
  ['an array', '[]', /no JSON object/],
  ['text', 'hello', /torn or damaged/],
  ['a mark of a merge', '<<<<<<< HEAD', /unfinished merge/],
  ['no id', JSON.stringify({ ...good, id: undefined }), /"id"/],
  ['a local time', JSON.stringify({ ...good, at: '2026-01-01 00:00' }), /"at"/],
  ['a day that is none', JSON.stringify({ ...good, at: '2026-13-41T00:00:00.000Z' }), /"at"/],
  ['an edit of the future', JSON.stringify({ ...good, edit: 'crop' }), /unknown edit "crop"/],
  ['no image', JSON.stringify({ ...good, path: undefined }), /no "path"/],
  ['a relabel to nothing', JSON.stringify({ ...good, edit: 'relabel', from: 'rose', to: '' }), /relabel without/],
  ['a split of its own', JSON.stringify({ ...good, edit: 'split', to: 'holdout' }), /split without/],
  ['an undo of nothing', JSON.stringify({ ...good, edit: 'undo' }), /undo without/],
];

for (const [name, text, message] of faults) {
  test(`journal: ${name} is counted and shown`, () => {
    const { lines, bad } = parseJournal(`${JSON.stringify(good)}\r\n\n${text}\n`);
    assert.equal(lines.length, 1);
    assert.equal(bad.length, 1);
    assert.equal(bad[0]?.line, 3);
    assert.match(bad[0]?.message ?? '', message);
  });
}

test('journal: fields of a newer version stay', () => {
  const { lines } = parseJournal(JSON.stringify({ ...good, weather: 'fair' }));
  assert.partialDeepStrictEqual(lines[0], { weather: 'fair' });
});

test('edits: ids sort in the order they were made, new lines come after a clock that is ahead', () => {
  const ids = Array.from({ length: 2000 }, () => newEditId());
  assert.deepEqual([...ids].sort(), ids);
  assert.equal(new Set(ids).size, ids.length);
  const ahead = { ...good, at: '2999-01-01T00:00:00.000Z' } as JournalLine;
  const [line] = stampEdits([editOf.restore(image)], { data: 'flowers', after: [ahead], by: 'Ada' });
  assert.ok((line as JournalLine).at > ahead.at);
  assert.equal(line?.by, 'Ada');
});

test('edits: of one action share a batch; a renamed image says what it was called', () => {
  const lines = stampEdits([editOf.keep(image), { ...editOf.exclude(image), why: 'dark' }], { data: 'd', after: [] });
  assert.equal(lines[0]?.batch, lines[1]?.batch);
  assert.notEqual(lines[0]?.id, lines[1]?.id);
  assert.equal(lines[1]?.why, 'dark');
  assert.deepEqual(subject({ ...image, path: 'new.jpg' }, image), { path: 'new.jpg', hash: 'aa', was: 'rose/1.jpg' });
  assert.deepEqual(subject(image, image), image);
});

test('journal: git merges two branches with edits without a conflict', (t) => {
  const workspace = temporaryFolder(t);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: workspace, stdio: 'pipe' });
  const file = journalFileOf(workspace);
  const commit = (lines: JournalLine[]) => {
    appendToJournal(file, lines);
    git('add', '-A');
    git('commit', '-qm', 'edits');
    return lines;
  };
  git('init', '-q', '-b', 'main');
  const base = commit(someLines(2));
  git('checkout', '-qb', 'other');
  const theirs = commit(someLines(3));
  git('checkout', '-q', 'main');
  const ours = commit(someLines(2));
  git('merge', '-q', '--no-edit', 'other');
  const merged = readJournal(file);
  assert.deepEqual(merged.bad, []);
  assert.deepEqual(
    new Set(merged.lines.map(({ id }) => id)),
    new Set([...base, ...theirs, ...ours].map(({ id }) => id)),
  );
});
