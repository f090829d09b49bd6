import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { mixSeed, seededRandom } from '../../../src/random.ts';

/** A folder that is gone when the test is over. */
export function temporaryFolder(t: { after(callback: () => void): void }): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-training-'));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const hues: Record<string, [number, number, number]> = {
  brick: [170, 70, 50],
  leaf: [60, 140, 50],
  sky: [90, 140, 210],
};

/** `classes` folders of `each` PNGs of 12 × 12 noisy pixels around the colour of the class. @param levels of white. */
export async function writeImages(root: string, { each = 24, classes = 3, levels = 255 } = {}): Promise<void> {
  const names = Object.keys(hues).slice(0, classes);
  for (const [label, name] of names.entries()) {
    fs.mkdirSync(path.join(root, name), { recursive: true });
    for (let i = 0; i < each; i++) {
      await noisyImage(path.join(root, name, `${i}.png`), { color: hues[name]!, seed: mixSeed(label, i), levels });
    }
  }
}

interface Noisy {
  color: [number, number, number];
  seed: number;
  levels: number;
}

async function noisyImage(file: string, { color, seed, levels }: Noisy): Promise<void> {
  const side = 12;
  const random = seededRandom(seed);
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) => {
    const value = (color[i % 3] as number) + (random() - 0.5) * 160;
    return Math.round((Math.max(0, Math.min(255, value)) / 255) * levels);
  });
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
    .png()
    .toFile(file);
}
