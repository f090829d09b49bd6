import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { LineTail } from '../../../src/jobs/event-tail.ts';
import { EventWriter } from '../../../src/jobs/event-writer.ts';
import { jobFiles } from '../../../src/jobs/job.ts';
import { EventTail, parseEvent, readRawEvents, withoutSuperseded } from '../../../src/jobs/read-events.ts';
import type { JobEvent } from '../../../src/protocol/events.ts';
import { temporaryFolder } from './temporary.ts';

const step = (number: number, epoch = 1) => ({
  kind: 'step' as const,
  step: number,
  epoch,
  loss: 1 / number,
  accuracy: 0.5,
  learningRate: 0.001,
  ms: 10,
  waitMs: 1,
  images: 32,
});

test('what was appended is read back in order, with a time', (t) => {
  const folder = temporaryFolder(t);
  const writer = new EventWriter(folder);
  const before = Date.now();
  for (let i = 1; i <= 3; i++) writer.append(step(i));
  const events = readRawEvents(folder);
  writer.close();
  assert.deepEqual(
    events.map((event) => event.kind === 'step' && event.step),
    [1, 2, 3],
  );
  assert.ok((events[0]?.t ?? 0) >= before);
});

test('a torn last line is not read, and is cut off when the next writer opens the file', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, jobFiles.events);
  const first = new EventWriter(folder);
  first.append(step(1));
  first.close();
  fs.appendFileSync(file, '{"t":5,"kind":"step","st');
  assert.equal(readRawEvents(folder).length, 1);
  const second = new EventWriter(folder);
  second.append(step(2));
  second.close();
  assert.deepEqual(
    readRawEvents(folder).map((event) => event.kind === 'step' && event.step),
    [1, 2],
  );
  assert.ok(!fs.readFileSync(file, 'utf8').includes('"st{'));
});

test('a file that is one long torn line is emptied on opening', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, jobFiles.events);
  fs.writeFileSync(file, 'x'.repeat(200_000));
  new EventWriter(folder).close();
  assert.equal(fs.statSync(file).size, 0);
});

test('the writer says when its folder was removed or replaced', (t) => {
  const folder = path.join(temporaryFolder(t), 'run');
  fs.mkdirSync(folder);
  const writer = new EventWriter(folder);
  writer.append(step(1));
  fs.renameSync(folder, `${folder}-moved`);
  assert.throws(() => writer.append(step(2)), { code: 'folder-missing' });
  fs.mkdirSync(folder);
  fs.writeFileSync(path.join(folder, jobFiles.events), '');
  assert.throws(() => writer.append(step(2)), { code: 'folder-missing' });
  writer.close();
});

const lines: [string, boolean][] = [
  ['', false],
  ['{', false],
  ['null', false],
  ['[]', false],
  ['{"kind":"step"}', false],
  ['{"t":1}', false],
  ['{"t":1,"kind":"from-the-future"}', true],
];
for (const [line, good] of lines) {
  test(`parseEvent ${line || 'empty'}: ${good ? 'an event' : 'null'}`, () =>
    assert.equal(parseEvent(line) !== null, good));
}

test('the tail reads each event once, skips damaged lines and waits for the end of a line', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, jobFiles.events);
  const tail = new EventTail(folder);
  assert.deepEqual(tail.read(), { events: [], reset: false });
  fs.writeFileSync(file, '{"t":1,"kind":"a"}\nnot json\n{"t":2,"ki');
  assert.deepEqual(tail.read().events, [{ t: 1, kind: 'a' }]);
  assert.deepEqual(tail.read().events, []);
  fs.appendFileSync(file, 'nd":"ü"}\n');
  assert.deepEqual(tail.read().events, [{ t: 2, kind: 'ü' }]);
});

test('the tail starts again when the file was replaced, removed or cut', (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, jobFiles.events);
  const tail = new EventTail(folder);
  fs.writeFileSync(file, '{"t":1,"kind":"a"}\n{"t":2,"kind":"b"}\n');
  assert.equal(tail.read().events.length, 2);
  fs.writeFileSync(file, '{"t":3,"kind":"c"}\n');
  assert.deepEqual(tail.read(), { events: [{ t: 3, kind: 'c' }], reset: true });
  fs.rmSync(file);
  assert.deepEqual(tail.read(), { events: [], reset: true });
});

test('lines longer than one chunk and files of many chunks are read whole', (t) => {
  const file = path.join(temporaryFolder(t), 'long.jsonl');
  const long = 'y'.repeat(9 * 1024 * 1024);
  const many = Array.from({ length: 50_000 }, (_, i) => `line ${i}`);
  fs.writeFileSync(file, `${long}\n${many.join('\n')}\n`);
  const { lines: read } = new LineTail(file).read();
  assert.equal(read[0]?.length, long.length);
  assert.deepEqual(read.slice(1), many);
});

test('a resume supersedes what came after its step; a later one may go further back', () => {
  const at = (t: number, body: object) => ({ t, ...body }) as JobEvent;
  const events = [
    at(1, step(1)),
    at(2, step(2)),
    at(3, { kind: 'checkpoint', which: 'last', step: 2, epoch: 1 }),
    at(4, step(3)),
    at(5, { kind: 'epoch', step: 3, epoch: 1 }),
    at(6, { kind: 'resume', step: 2, epoch: 1 }),
    at(7, step(3)),
    at(8, { kind: 'warning', code: 'x', message: '' }),
    at(9, { kind: 'resume', step: 1, epoch: 1 }),
    at(10, step(2)),
  ];
  assert.deepEqual(
    withoutSuperseded(events).map((event) => event.t),
    [1, 6, 8, 9, 10],
  );
});
