import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { freedesktopPlace } from '../../../../src/cleaning/apply/trash/freedesktop.ts';
import { macosPlace } from '../../../../src/cleaning/apply/trash/macos.ts';
import { recycleNote } from '../../../../src/cleaning/apply/trash/recycle-bin.ts';
import { temporaryFolder } from '../../jobs/temporary.ts';

const onLinux = { skip: process.platform === 'win32' && 'Linux and macOS' };

test("trash: the home trash of freedesktop.org, with the file's place in the note", onLinux, (t) => {
  const home = temporaryFolder(t);
  const file = path.join(home, 'Üben & 100 %.png');
  fs.writeFileSync(file, 'x');
  const place = freedesktopPlace(file, { XDG_DATA_HOME: path.join(home, 'share') });
  assert.match(place.file, /share\/Trash\/files\/Üben & 100 %-[0-9a-f]{8}\.png$/);
  assert.equal(place.note, `${place.file.replace('/files/', '/info/')}.trashinfo`);
  const note = String(place.noteText).split('\n');
  assert.equal(note[0], '[Trash Info]');
  assert.equal(decodeURIComponent(note[1]!.replace('Path=', '')), file);
  assert.doesNotMatch(note[1]!, /[ %][^0-9A-F]/);
  assert.match(note[2]!, /^DeletionDate=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  assert.equal(fs.statSync(path.join(home, 'share/Trash/files')).mode & 0o777, 0o700);
  assert.match(freedesktopPlace(file, { HOME: home }).file, /\.local\/share\/Trash\/files\//);
});

const memory = '/dev/shm';
const isOther = fs.existsSync(memory) && fs.statSync(memory).dev !== fs.statSync('/tmp').dev;

test("trash: the file's own file system has one of its own", {
  skip: !isOther && 'needs a second file system',
}, (t) => {
  const folder = fs.mkdtempSync(path.join(memory, 'loupe-trash-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'a.png');
  fs.writeFileSync(file, 'x');
  const existed = fs.existsSync(path.join(memory, `.Trash-${process.getuid?.()}`));
  const place = freedesktopPlace(file, { HOME: temporaryFolder(t) });
  if (!existed) t.after(() => fs.rmSync(path.dirname(path.dirname(place.file)), { recursive: true, force: true }));
  assert.ok(place.file.startsWith(path.join(memory, '.Trash')), place.file);
  assert.equal(String(place.noteText).split('\n')[1], `Path=${path.relative(memory, file)}`);
});

test('trash: without one nothing is deleted', {
  skip: process.getuid?.() === 0 && 'root may write everywhere',
}, (t) => {
  const home = temporaryFolder(t);
  const file = path.join(home, 'a.png');
  fs.writeFileSync(file, 'x');
  fs.mkdirSync(path.join(home, 'share'), { mode: 0o500 });
  assert.throws(() => freedesktopPlace(file, { XDG_DATA_HOME: path.join(home, 'share') }), { code: 'no-trash' });
});

test('trash: what stands where the trash should be is no trash', onLinux, (t) => {
  const home = temporaryFolder(t);
  const file = path.join(home, 'a.png');
  fs.writeFileSync(file, 'x');
  fs.writeFileSync(path.join(home, 'share'), 'a file');
  assert.throws(() => freedesktopPlace(file, { XDG_DATA_HOME: path.join(home, 'share') }), { code: 'no-trash' });
  assert.ok(fs.existsSync(file));
});

test("trash: macOS' own is a folder; a name that is taken gets a number", onLinux, (t) => {
  const home = temporaryFolder(t);
  const file = path.join(home, 'a.png');
  fs.writeFileSync(file, 'x');
  fs.mkdirSync(path.join(home, '.Trash'));
  fs.writeFileSync(path.join(home, '.Trash/a.png'), 'y');
  assert.deepEqual(macosPlace(file, home), { file: path.join(home, '.Trash/a 2.png'), note: null, noteText: '' });
});

test('trash: the note of the Windows recycle bin has version, size, time and path', () => {
  const note = recycleNote('C:\\data\\rose.png', 1234, Date.UTC(2026, 0, 2, 3, 4, 5));
  assert.equal(note.readBigUInt64LE(0), 2n);
  assert.equal(note.readBigUInt64LE(8), 1234n);
  // 100 ns since 1601; 116444736000000000 is 1 January 1970.
  assert.equal((note.readBigUInt64LE(16) - 116_444_736_000_000_000n) / 10_000n, BigInt(Date.UTC(2026, 0, 2, 3, 4, 5)));
  assert.equal(note.readUInt32LE(24), 17);
  assert.equal(note.subarray(28).toString('utf16le'), 'C:\\data\\rose.png\0');
});
