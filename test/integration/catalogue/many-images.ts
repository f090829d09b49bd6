import fs from 'node:fs';
import path from 'node:path';

/** A bitmap of one pixel. */
export function onePixel(red: number, green: number, blue: number): Buffer {
  const head =
    '424d3a0000000000000036000000280000000100000001000000010018000000000004000000130b0000130b00000000000000000000';
  return Buffer.concat([Buffer.from(head, 'hex'), Buffer.from([blue, green, red, 0])]);
}

const FILES = 100;

/**
 * A manifest that names any number of images, of which only a hundred lie on the disk: in a folder that many links lead to.
 * @returns the manifest's file
 */
export function writeManyImages(folder: string, count: number): string {
  fs.mkdirSync(path.join(folder, 'real'), { recursive: true });
  for (let i = 0; i < FILES; i++) fs.writeFileSync(path.join(folder, 'real', `${i}.bmp`), onePixel(i, 100, 200));
  const manifest = path.join(folder, 'manifest.csv');
  const out = fs.openSync(manifest, 'w');
  fs.writeSync(out, 'path,label,split\n');
  for (let from = 0; from < count; from += FILES) {
    const link = `link-${String(from / FILES).padStart(5, '0')}`;
    fs.symlinkSync('real', path.join(folder, link));
    const rows = Array.from({ length: Math.min(FILES, count - from) }, (_, i) => {
      const split = i % 10 === 0 ? 'test' : 'train';
      return `${link}/${i}.bmp,class-${(from + i) % 10},${split}\n`;
    });
    fs.writeSync(out, rows.join(''));
  }
  fs.closeSync(out);
  return manifest;
}
