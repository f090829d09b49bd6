import fs from 'node:fs';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { seededRandom } from '../../../src/random.ts';

const SIDE = 96;

/** A picture of blobs on a ground of its class's hue; equal seeds, equal pictures. */
export async function drawPicture(seed: number, hue: number): Promise<Buffer> {
  const random = seededRandom(seed);
  const blobs = Array.from({ length: 14 }, (_, i) => {
    const radius = i === 0 ? 26 : 3 + 12 * random();
    const color = `hsl(${Math.round(i === 0 ? hue : 360 * random())} ${i === 0 ? 90 : 40}% ${Math.round(25 + 50 * random())}%)`;
    return `<circle cx="${SIDE * random()}" cy="${SIDE * random()}" r="${radius}" fill="${color}"/>`;
  });
  const ground = `<rect width="${SIDE}" height="${SIDE}" fill="hsl(${hue} 45% ${Math.round(40 + 30 * random())}%)"/>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${SIDE}" height="${SIDE}">${ground}${blobs.join('')}</svg>`;
  return await sharp(Buffer.from(svg)).png().toBuffer();
}

/** Copies that people and programs make of a picture. */
export const copies = {
  resized: (image: Buffer) => sharp(image).resize(60, 60).png(),
  recoded: (image: Buffer) => sharp(image).jpeg({ quality: 45 }),
  brighter: (image: Buffer) => sharp(image).linear(1.15, 18).png(),
  mirrored: (image: Buffer) => sharp(image).flop().png(),
} satisfies Record<string, (image: Buffer) => Sharp>;
export type Copy = keyof typeof copies;

/** Writes `<root>/<folder>/<name>` and returns its path relative to `root`. */
export async function put(root: string, name: string, image: Buffer | Promise<Buffer>): Promise<string> {
  const file = path.join(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, await image);
  return name;
}
