import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { defects } from '../../../bench/defects.ts';
import { finderQuality } from '../../../bench/finder-quality.ts';
import { pythonPeer } from '../../python-peers.ts';
import { sharedData, withoutData } from '../../shared-data.ts';
import { temporaryFolder } from '../dataset/files.ts';

const skip = withoutData('intel-scenes-100px.zip') || (fs.existsSync(pythonPeer()) ? false : 'no Python to unpack it');

/** Of the made faults that must be seen. Edges along the direction of a movement stay sharp, so fewer moved images are seen. */
function least(defect: string): number {
  return defect.startsWith('moved') ? 0.75 : 0.9;
}

test('quality finders see made faults in real images, and hardly anything in untouched ones', { skip }, async (t) => {
  const folder = temporaryFolder(t);
  execFileSync(pythonPeer(), ['-m', 'zipfile', '-e', sharedData('intel-scenes-100px.zip'), folder]);
  const train = path.join(folder, 'intel-scenes', 'train');
  const files = fs
    .readdirSync(train)
    .sort()
    .flatMap((name) =>
      fs
        .readdirSync(path.join(train, name))
        .sort()
        .slice(0, 6)
        .map((file) => path.join(train, name, file)),
    );
  const found = await finderQuality(files);
  assert.equal(found.length, defects.length);
  for (const { kind, defect, recall, falseAlarms, faulty } of found) {
    assert.ok(recall >= least(defect), `${kind}, ${defect}: ${Math.round(recall * faulty)} of ${faulty} found`);
    // Some of the scenes are black and white photographs.
    assert.ok(falseAlarms <= (kind === 'greyscale' ? 5 : 1), `${kind}, ${defect}: ${falseAlarms} false alarms`);
  }
});
