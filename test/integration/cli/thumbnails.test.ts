import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { cliFile, runCli, workFolder } from './run-cli.ts';

async function makePicture(file: string, width: number, height: number): Promise<void> {
  const background = { r: 200, g: 40, b: 90 };
  await sharp({ create: { width, height, channels: 3, background } })
    .jpeg()
    .toFile(file);
}

/** Two 4 × 4 images: black, and white. */
function writeIdx(file: string): void {
  const header = Buffer.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 4]);
  fs.writeFileSync(file, Buffer.concat([header, Buffer.alloc(16, 0), Buffer.alloc(16, 255)]));
}

test('thumbnails keep the aspect, are never enlarged, and are found again by content', async (t) => {
  const cwd = workFolder(t);
  await makePicture(path.join(cwd, 'wide.jpg'), 400, 200);
  await makePicture(path.join(cwd, 'small.jpg'), 20, 30);
  fs.copyFileSync(path.join(cwd, 'wide.jpg'), path.join(cwd, 'same.jpg'));
  fs.writeFileSync(path.join(cwd, 'broken.jpg'), 'no image');
  const { code, stdout } = await runCli(
    ['thumbnails', 'wide.jpg', 'small.jpg', 'same.jpg', 'broken.jpg', '--side', '64', '--json'],
    { cwd },
  );
  assert.equal(code, 0);
  const { images } = JSON.parse(stdout) as { images: { file?: string; cause?: string }[] };
  const sizes = await Promise.all(images.slice(0, 2).map(({ file }) => sharp(file).metadata()));
  assert.deepEqual(
    sizes.map(({ width, height }) => [width, height]),
    [
      [64, 32],
      [20, 30],
    ],
  );
  assert.equal(images[2]?.file, images[0]?.file);
  assert.equal(images[3]?.cause, 'not-an-image');
});

test('requests as lines are answered one by one, images of IDX files too', async (t) => {
  const cwd = workFolder(t);
  await makePicture(path.join(cwd, 'a.jpg'), 100, 100);
  writeIdx(path.join(cwd, 'two-images-idx3-ubyte'));
  const child = spawn(process.execPath, [cliFile, 'thumbnails', '--lines'], {
    cwd,
    env: { ...process.env, LOUPE_CACHE: path.join(cwd, 'cache') },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  const paths = ['a.jpg', 'two-images-idx3-ubyte#1', 'missing.jpg', 'two-images-idx3-ubyte#7'];
  for (const [id, name] of paths.entries())
    child.stdin.write(`${JSON.stringify({ id, path: path.join(cwd, name) })}\n`);
  child.stdin.write('not a request\n');
  child.stdin.end();
  assert.equal(await closed, 0);
  const answers = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { id: number; file?: string; cause?: string });
  const byId = new Map(answers.map((answer) => [answer.id, answer]));
  assert.equal(byId.size, 4);
  assert.ok(byId.get(0)?.file?.endsWith('.webp'));
  const { data, info } = await sharp(byId.get(1)?.file).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  assert.deepEqual([info.width, info.height, data[0]], [4, 4, 255]);
  assert.equal(byId.get(2)?.cause, 'missing');
  assert.equal(byId.get(3)?.cause, 'missing');
});
