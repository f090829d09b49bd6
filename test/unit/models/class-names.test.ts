import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { classNamesBeside } from '../../../src/models/pretrained/class-names.ts';

describe('names of the classes of Places365', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-places-'));
  after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'resnet18_places365.pth.tar');
  const lines = Array.from({ length: 365 }, (_, i) => `/a/scene/${i} ${i}`);
  const write = (list: string[]) => fs.writeFileSync(path.join(folder, 'categories_places365.txt'), list.join('\n'));

  it('none without the list', () => assert.equal(classNamesBeside(file, 365), null));
  it('are read from the project’s list, whatever its order', () => {
    write([...lines].reverse());
    const names = classNamesBeside(file, 365);
    assert.deepEqual([names?.length, names?.[7]], [365, 'scene/7']);
  });
  it('are not those of another classifier', () => assert.equal(classNamesBeside(file, 1000), null));
  it('a list that lacks one is none', () => {
    write(lines.slice(1));
    assert.equal(classNamesBeside(file, 365), null);
  });
});
