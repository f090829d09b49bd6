import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { findNewImages } from '../../../src/cleaning/new-images/find-new.ts';
import { type Copy, copies, drawPicture, put } from './pictures.ts';
import { temporaryFolder } from './workspace.ts';

/** One shape on white, so that all of them have one perceptual hash. */
function square(color: string): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96"><rect width="96" height="96" fill="white"/><rect x="20" y="24" width="44" height="44" fill="${color}"/></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

test('new images: a copy shows the same in the same colours; a shape in another colour is none', async (t) => {
  const folder = temporaryFolder(t);
  const [data, incoming] = [path.join(folder, 'data'), path.join(folder, 'incoming')];
  await put(data, 'red/square.png', square('#d01010'));
  await put(data, 'red/scene.png', drawPicture(1, 0));
  for (let i = 0; i < 6; i++) await put(data, `green/${i}.png`, drawPicture(100 + i, 120));
  const [red, scene] = [await square('#d01010'), await drawPicture(1, 0)];
  for (const kind of ['resized', 'recoded', 'brighter'] satisfies Copy[]) {
    await put(incoming, `square-${kind}.png`, copies[kind](red).toBuffer());
    await put(incoming, `scene-${kind}.png`, copies[kind](scene).toBuffer());
  }
  await put(incoming, 'blue.png', square('#1030d0'));
  await put(incoming, 'green.png', square('#108010'));
  await put(incoming, 'other.png', drawPicture(2, 0));
  await put(incoming, 'same.png', red);

  const { images } = await findNewImages(incoming, data, { workspace: folder });
  const found = images.map(({ row, copyOf }) => [row.path, copyOf] as const);
  assert.deepEqual(Object.fromEntries(found.toSorted()), {
    'blue.png': null,
    'green.png': null,
    'other.png': null,
    'same.png': 'red/square.png',
    'scene-brighter.png': 'red/scene.png',
    'scene-recoded.png': 'red/scene.png',
    'scene-resized.png': 'red/scene.png',
    'square-brighter.png': 'red/square.png',
    'square-recoded.png': 'red/square.png',
    'square-resized.png': 'red/square.png',
  });
  assert.deepEqual(images.find(({ row }) => row.path === 'same.png')?.issues.includes('exact-duplicate'), true);
  assert.ok(
    images.slice(0, 3).every(({ copyOf }) => copyOf === null),
    'copies come last',
  );
});
