import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import sharp from 'sharp';

/** A folder that is removed when the test ends. */
export function temporaryFolder(context: TestContext): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-data-'));
  context.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A PNG of one colour; different `shade`s give different content. */
export function png(shade: number, width = 8, height = 8): Promise<Buffer> {
  const background = { r: shade & 255, g: (shade >> 8) & 255, b: (shade >> 16) & 255 };
  return sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();
}

/** Writes files given by path; a number stands for a PNG of that shade. */
export async function writeFiles(root: string, files: Record<string, number | string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, typeof content === 'number' ? await png(content) : content);
  }
}

/** Two classes of `count` images each, so that a data set is usable whatever else a test adds. */
export async function writeTwoClasses(root: string, count = 3): Promise<void> {
  for (let i = 0; i < count; i++) await writeFiles(root, { [`cat/${i}.png`]: 10 + i, [`dog/${i}.png`]: 1000 + i });
}
