import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { mixSeed, seededRandom } from '../../../src/random.ts';

/** Seven rows of five dots a digit. */
const glyphs = [
  '01110 10001 10011 10101 11001 10001 01110',
  '00100 01100 00100 00100 00100 00100 01110',
  '01110 10001 00001 00110 01000 10000 11111',
  '11110 00001 00001 01110 00001 00001 11110',
  '00010 00110 01010 10010 11111 00010 00010',
  '11111 10000 11110 00001 00001 10001 01110',
  '01110 10000 10000 11110 10001 10001 01110',
  '11111 00001 00010 00100 01000 01000 01000',
  '01110 10001 10001 01110 10001 10001 01110',
  '01110 10001 10001 01111 00001 00001 01110',
].map((rows) => rows.split(' '));

const SIDE = 20;
const DOT = 2;

/** `each` PNGs of 20 × 20 pixels of every digit, moved by up to two pixels, on noise. */
export async function writeDigits(root: string, each: number): Promise<void> {
  for (const digit of glyphs.keys()) {
    fs.mkdirSync(path.join(root, String(digit)), { recursive: true });
    for (let i = 0; i < each; i++) {
      const random = seededRandom(mixSeed(7, digit, i));
      const left = 3 + Math.floor(random() * 5);
      const top = 1 + Math.floor(random() * 5);
      const pixels = Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
        const [x, y] = [at % SIDE, Math.floor(at / SIDE)];
        const dot = glyphs[digit]?.[Math.floor((y - top) / DOT)]?.[Math.floor((x - left) / DOT)];
        return (dot === '1' ? 150 : 30) + random() * 70;
      });
      const raw = { width: SIDE, height: SIDE, channels: 1 } as const;
      await sharp(pixels, { raw })
        .png()
        .toFile(path.join(root, String(digit), `${i}.png`));
    }
  }
}
