import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { EventWriter } from '../../../src/jobs/event-writer.ts';
import { readRawEvents } from '../../../src/jobs/read-events.ts';
import { temporaryFolder } from '../../unit/jobs/temporary.ts';

test('a full disk leaves the events whole, and writing goes on once there is room', (t) => {
  const folder = temporaryFolder(t);
  if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]).status !== 0) {
    return t.skip('needs the right to mount a small tmpfs');
  }
  const writer = new EventWriter(folder);
  try {
    const filler = path.join(folder, 'filler');
    fs.writeFileSync(filler, 'x'.repeat(32 * 1024));
    const message = 'y'.repeat(1000);
    let written = 0;
    assert.throws(
      () => {
        for (;;) {
          writer.append({ kind: 'warning', code: 'w', message });
          written++;
        }
      },
      { code: 'disk-full', advice: /Free some space/ },
    );
    assert.ok(written > 10);
    assert.equal(readRawEvents(folder).length, written);
    assert.ok(fs.readFileSync(writer.file, 'utf8').endsWith('\n'));
    fs.rmSync(filler);
    writer.append({ kind: 'warning', code: 'last', message: '' });
    assert.equal(readRawEvents(folder).length, written + 1);
  } finally {
    writer.close();
    spawnSync('umount', ['-l', folder]);
  }
});
