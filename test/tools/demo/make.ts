import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import sharp from 'sharp';
import { chooseImages, type DemoImage, type EmojiSet, fileOf } from './emoji.ts';
import { attribution, preset, readme } from './texts.ts';

export const demoVersion = '2';

const artists = { twemoji: 'twemoji', noto: 'noto', fluent: 'fluent-emoji-flat' };
/** Pixels; the preset trains at less, so that a resize is part of the story. */
const size = 72;
const margin = 4;
const groupsPerClass = 125;

/**
 * Renders the demo workspace into `folder`, the same on every machine with the same packages: images, manifest, preset,
 * attribution. Replaces what is there.
 * @returns the number of images
 */
export async function makeDemo(folder: string): Promise<number> {
  const images = chooseImages(Object.entries(artists).map(readSet), groupsPerClass, textToNumber);
  fs.rmSync(path.join(folder, 'images'), { recursive: true, force: true });
  for (const className of new Set(images.map((image) => image.className))) {
    fs.mkdirSync(path.join(folder, 'images', className), { recursive: true });
  }
  const remaining = images.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const image of remaining) fs.writeFileSync(path.join(folder, fileOf(image)), await render(image));
    }),
  );
  const rows = images.map((image) => `${fileOf(image)},${image.className},${image.group}`);
  fs.writeFileSync(path.join(folder, 'manifest.csv'), `${['path,label,group', ...rows].join('\n')}\n`);
  fs.writeFileSync(path.join(folder, 'demo.loupe.json'), preset);
  fs.writeFileSync(path.join(folder, 'README.md'), readme(images.length));
  fs.writeFileSync(path.join(folder, 'ATTRIBUTION.md'), attribution(packageVersion));
  fs.writeFileSync(path.join(folder, '.version'), demoVersion);
  return images.length;
}

/** The demo is there and was made by this version of the maker. */
export function hasDemo(folder: string): boolean {
  const file = path.join(folder, '.version');
  return fs.existsSync(file) && fs.readFileSync(file, 'utf8') === demoVersion;
}

const require = createRequire(import.meta.url);

function packageVersion(name: string): string {
  return (require(`@iconify-json/${name}/package.json`) as { version: string }).version;
}

function readSet([artist, name]: [string, string]): EmojiSet {
  const icons = require(`@iconify-json/${name}/icons.json`) as Pick<EmojiSet, 'icons' | 'width' | 'height'>;
  const { categories } = require(`@iconify-json/${name}/metadata.json`) as Pick<EmojiSet, 'categories'>;
  const characters = require(`@iconify-json/${name}/chars.json`) as Record<string, string>;
  return { artist, icons: icons.icons, width: icons.width ?? 16, height: icons.height ?? 16, characters, categories };
}

/** On a plain pale background whose hue says nothing about the class. */
function render(image: DemoImage): Promise<Uint8Array> {
  const hue = Math.floor(textToNumber(`background ${image.artist} ${image.codePoints}`) * 360);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${size}" height="${size}">
<rect width="100%" height="100%" fill="hsl(${hue}, 45%, 90%)"/>
<svg x="${margin}" y="${margin}" width="${size - 2 * margin}" height="${size - 2 * margin}" viewBox="${image.viewBox}">${image.body}</svg></svg>`;
  return sharp(Buffer.from(svg)).flatten().png().toBuffer();
}

/** A number in [0, 1) that looks random and depends on the text alone. */
function textToNumber(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE() / 2 ** 32;
}
