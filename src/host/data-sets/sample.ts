import fs from 'node:fs/promises';
import path from 'node:path';
import { mixSeed, type Random, seededRandom } from '../../random.ts';
import { encodePng } from './png.ts';

const SIZE = 32;
/** Enough for ten epochs of the defaults to settle the batch norm: 94 % validation accuracy, with 80 only 54 %. */
const PER_CLASS = 160;

/** Whether a point is inside a shape around 0 of half-width 1. */
const shapes: Record<string, (x: number, y: number) => boolean> = {
  circle: (x, y) => x * x + y * y <= 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) <= 0.85,
  triangle: (x, y) => y <= 0.75 && Math.abs(x) <= (y + 1) * 0.6,
};

/**
 * Writes a tiny data set of drawn shapes, the same every time: one folder a class. Files that are there are left alone.
 * @param perClass images of each class.
 */
export async function makeSample(folder: string, perClass = PER_CLASS): Promise<void> {
  for (const [label, [name, inside]] of Object.entries(shapes).entries()) {
    await fs.mkdir(path.join(folder, name), { recursive: true });
    for (let i = 0; i < perClass; i++) {
      const png = encodePng(SIZE, SIZE, draw(inside, seededRandom(mixSeed(label, i))));
      const file = path.join(folder, name, `${name}-${String(i + 1).padStart(3, '0')}.png`);
      await fs.writeFile(file, png, { flag: 'wx' }).catch(ignoreExisting);
    }
  }
}

/** A shape of random colour, size, place and turn on a noisy ground of another colour, `[height, width, 3]`. */
function draw(inside: (x: number, y: number) => boolean, random: Random): Uint8Array {
  const between = (low: number, high: number) => low + random() * (high - low);
  const ground = [between(0, 110), between(0, 110), between(0, 110)];
  const ink = [between(130, 255), between(130, 255), between(130, 255)];
  const radius = between(6, 12);
  const turn = between(-0.5, 0.5);
  const [centerX, centerY] = [between(13, 19), between(13, 19)];
  const [cos, sin] = [Math.cos(turn) / radius, Math.sin(turn) / radius];
  const pixels = new Uint8Array(SIZE * SIZE * 3);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const [dx, dy] = [x - centerX, y - centerY];
      const color = inside(dx * cos + dy * sin, dy * cos - dx * sin) ? ink : ground;
      const noise = between(-18, 18);
      for (let c = 0; c < 3; c++) pixels[(y * SIZE + x) * 3 + c] = Math.max(0, Math.min(255, (color[c] ?? 0) + noise));
    }
  }
  return pixels;
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error) || !('code' in error) || error.code !== 'EEXIST') throw error;
}
