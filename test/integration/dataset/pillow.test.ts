import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import sharp from 'sharp';
import { decodeImage } from '../../../src/images/decode.ts';
import { pythonPeersFolder } from '../../python-peers.ts';
import { temporaryFolder } from './files.ts';

const script = `
import sys
from PIL import Image, ImageOps
source, target = sys.argv[1:]
size = (64, 64)
for color, mode in (('rgb', 'RGB'), ('grey', 'L')):
    image = ImageOps.exif_transpose(Image.open(source)).convert(mode)
    for resize, out in (
        ('stretch', image.resize(size, Image.BILINEAR)),
        ('crop', ImageOps.fit(image, size, Image.BILINEAR)),
        ('pad', ImageOps.pad(image, size, Image.BILINEAR)),
    ):
        open(f'{target}-{resize}-{color}', 'wb').write(out.tobytes())
`;

/** A Python with Pillow: LOUPE_PYTHON, the tests' own environment, or python3; null where none has it. */
function pythonWithPillow(): string | null {
  const own = path.join(pythonPeersFolder(), 'bin', 'python');
  return [process.env.LOUPE_PYTHON, own, 'python3'].find((python) => python && hasPillow(python)) ?? null;
}

function hasPillow(python: string): boolean {
  return spawnSync(python, ['-c', 'import PIL'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
}

const python = pythonWithPillow();

/** Smooth shapes, edges and some noise, as a photograph has. */
async function photograph(width: number, height: number): Promise<Buffer> {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const wave =
          90 * Math.sin((x * (c + 1)) / 37 + y / 23) +
          (Math.hypot(x - width / 3, y - height / 2) < height / 4 ? 70 : 0);
        data[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, 110 + wave + ((x * 7919 + y * 104729 + c) % 13)));
      }
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

const sizes: [name: string, width: number, height: number, most: number][] = [
  ['small (own resampler)', 150, 100, 0.6],
  ['large (libvips)', 1200, 800, 1.5],
];

for (const [name, width, height, most] of sizes) {
  for (const format of ['png', 'jpeg'] as const) {
    test(`as Pillow: ${name}, ${format}`, { skip: !python }, async (context) => {
      const folder = temporaryFolder(context);
      const [source, target] = [path.join(folder, 'image'), path.join(folder, 'pixels')];
      const image = sharp(await photograph(width, height));
      const bytes = await (format === 'png' ? image.png() : image.jpeg({ quality: 92 })).toBuffer();
      fs.writeFileSync(source, bytes);
      execFileSync(python as string, ['-c', script, source, target], { timeout: 60_000 });
      for (const resize of ['stretch', 'crop', 'pad'] as const) {
        for (const color of ['rgb', 'grey'] as const) {
          const theirs = fs.readFileSync(`${target}-${resize}-${color}`);
          const ours = await decodeImage(bytes, { width: 64, height: 64, color, resize });
          assert.equal(ours.length, theirs.length);
          const sum = ours.reduce((total, value, i) => total + Math.abs(value - (theirs[i] as number)), 0);
          const off = sum / ours.length;
          context.diagnostic(`${resize}, ${color}: mean absolute difference ${off.toFixed(3)}`);
          assert.ok(off <= most, `${resize}, ${color}: ${off}`);
        }
      }
    });
  }
}
