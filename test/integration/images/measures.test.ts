import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sharp, { type Sharp } from 'sharp';
import { measureFile } from '../../../src/images/measures/measure-image.ts';
import type { ImageMeasures } from '../../../src/images/measures/measures.ts';
import { pythonPeer } from '../../python-peers.ts';
import { temporaryFolder } from '../dataset/files.ts';

const peer = fileURLToPath(new URL('../../../bench/measures_peer.py', import.meta.url));

/** Shapes, texture and colour; `bars` puts black bars above and below. */
async function picture(width: number, height: number, bars = false): Promise<Sharp> {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (bars && (y < height / 5 || y >= (4 * height) / 5)) continue;
      const disc = Math.hypot(x - width / 3, y - height / 2) < height / 4 ? 80 : 0;
      for (let c = 0; c < 3; c++) {
        const wave = 70 * Math.sin((x * (c + 1)) / 17 + y / 11);
        const grain = (x * 7919 + y * 104_729 + c * 31) % 17;
        data[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, 100 + wave + disc + grain));
      }
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

async function pictures(folder: string): Promise<Record<string, string>> {
  const small = await picture(120, 90);
  const files: Record<string, Buffer> = {
    png: await small.clone().png().toBuffer(),
    jpeg: await small.clone().jpeg({ quality: 90 }).toBuffer(),
    'lossless webp': await small.clone().webp({ lossless: true }).toBuffer(),
    'grey png': await small.clone().toColourspace('b-w').png().toBuffer(),
    bars: await (await picture(150, 100, true)).png().toBuffer(),
    'turned by EXIF': await small.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    'large png': await (await picture(800, 600)).png().toBuffer(),
    'large jpeg': await (await picture(1600, 1200)).jpeg({ quality: 92 }).toBuffer(),
  };
  return Object.fromEntries(
    Object.entries(files).map(([name, bytes], at) => {
      const file = path.join(folder, `${at}.img`);
      fs.writeFileSync(file, bytes);
      return [name, file];
    }),
  );
}

/** Different decoders of JPEG and different ways to shrink shift values by about a level. */
const tolerance: Record<string, number> = { 'large png': 0.02, 'large jpeg': 0.03 };

test('measures are those of Pillow and NumPy', {
  skip: fs.existsSync(pythonPeer()) ? false : 'no Python with Pillow and NumPy: node test/tools/tool.mjs python-peers',
}, async (t) => {
  const files = await pictures(temporaryFolder(t));
  const lines = execFileSync(pythonPeer(), [peer, 'values', ...Object.values(files)], { encoding: 'utf8' });
  const theirs = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ImageMeasures);
  for (const [at, [name, file]] of Object.entries(files).entries()) {
    const ours = await measureFile(fs.readFileSync(file));
    const their = theirs[at] as ImageMeasures;
    const within = tolerance[name] ?? 0.001;
    for (const key of ['brightness', 'dark', 'light', 'contrast', 'saturation', 'information', 'border'] as const) {
      assert.ok(Math.abs(ours[key] - their[key]) <= within, `${name}, ${key}: ${ours[key]}, theirs ${their[key]}`);
    }
    // A shrink with another filter leaves other edges.
    assert.ok(
      Math.abs(ours.blur - their.blur) <= (tolerance[name] ? 0.1 : 0.001),
      `${name}, blur: ${ours.blur}, ${their.blur}`,
    );
    assert.equal(ours.greyscale, their.greyscale, name);
    assert.equal(ours.borderColor, their.borderColor, name);
    if (their.hue === null) assert.equal(ours.hue, null, name);
    else
      assert.ok(
        Math.abs((ours.hue ?? 999) - their.hue) < (tolerance[name] ? 15 : 0.1),
        `${name}, hue ${ours.hue}, ${their.hue}`,
      );
    if (tolerance[name]) continue;
    assert.equal(ours.perceptualHash, their.perceptualHash, name);
    assert.equal(ours.pixelHash, their.pixelHash, name);
  }
});

test('one picture has one pixel hash in every lossless format, none where it is measured smaller', async (t) => {
  const files = await pictures(temporaryFolder(t));
  const hashOf = async (name: string) => (await measureFile(fs.readFileSync(files[name] as string))).pixelHash;
  const png = await hashOf('png');
  assert.match(png ?? '', /^[0-9a-f]{32}$/);
  assert.equal(await hashOf('lossless webp'), png);
  assert.notEqual(await hashOf('jpeg'), png);
  assert.equal(await hashOf('large png'), null);
});
