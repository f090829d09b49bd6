import { hash as digest } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { decodeRecord } from '../dataset/decode-record.ts';
import type { ImageFormat } from '../dataset/types.ts';
import { thumbnailFolder, writeAtomic } from '../files.ts';
import { DecodeFailure } from '../images/decode-failure.ts';
import type { DecodeSettings } from '../images/preprocess.ts';
import { Problem } from '../problem.ts';
import type { CatalogueAnswers } from '../protocol/catalogue.ts';
import type { Catalogue } from './catalogue.ts';

/** Images that the mean is taken over, at most: evenly spread ones of more. */
const MEAN_OF = 1000;
const COLUMNS = 6;
const ROWS = 4;
const SIDE = 96;
const GAP = 4;
const AT_ONCE = 16;
/** The mean is shown as large as the rows of the sheet are high. */
const MEAN_SIDE = ROWS * SIDE + (ROWS - 1) * GAP;

const settings: DecodeSettings = { width: SIDE, height: SIDE, resize: 'crop', color: 'rgb' };

interface Member {
  path: string;
  format: ImageFormat;
}

/**
 * Draws what a class looks like: on the left the mean of its images (each cropped to a square), on the right some of them, evenly spread.
 * Kept in the cache until the data set changes.
 * @param className null: images without a class. @param split null: all
 * @throws Problem `no-such-class` where there are no such images that can be decoded
 */
export async function meanImage(
  catalogue: Catalogue,
  className: string | null,
  split: string | null,
): Promise<CatalogueAnswers['meanImage']> {
  const { root } = catalogue.facts;
  const members = membersOf(catalogue, className, split);
  const name = digest('sha256', JSON.stringify([root, catalogue.contents, className, split]), 'hex').slice(0, 32);
  const file = path.join(thumbnailFolder(), 'classes', `${name}.png`);
  if (fs.existsSync(file)) return { file, images: members.total };
  const sums = new Float64Array(SIDE * SIDE * 3);
  const cells: Uint8Array[] = [];
  let used = 0;
  const every = Math.max(1, Math.floor(members.sample.length / (COLUMNS * ROWS)));
  for (let at = 0; at < members.sample.length; at += AT_ONCE) {
    const decoded = await Promise.all(members.sample.slice(at, at + AT_ONCE).map((member) => decode(root, member)));
    for (const [place, pixels] of decoded.entries()) {
      if (!pixels) continue;
      used++;
      for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] as number) + (pixels[i] as number);
      if ((at + place) % every === 0 && cells.length < COLUMNS * ROWS) cells.push(pixels);
    }
  }
  if (used === 0) {
    throw new Problem(
      'no-such-class',
      `There is no image of ${className === null ? 'no class' : `"${className}"`}${split ? ` in ${split}` : ''} to show.`,
      'Choose another class or split.',
    );
  }
  const mean = Uint8Array.from(sums, (sum) => Math.round(sum / used));
  fs.mkdirSync(path.dirname(file), { recursive: true });
  writeAtomic(file, await drawSheet(mean, cells));
  return { file, images: members.total };
}

function membersOf(catalogue: Catalogue, className: string | null, split: string | null) {
  const where = 'class IS ? AND (? IS NULL OR split = ?)';
  const total = Number(catalogue.get(`SELECT count(*) AS n FROM images WHERE ${where}`, className, split, split)?.n);
  const every = Math.max(1, Math.ceil(total / MEAN_OF));
  const sample = catalogue.all(
    `SELECT path, format FROM (SELECT path, format, row_number() OVER (ORDER BY path) AS at FROM images WHERE ${where})
     WHERE (at - 1) % ? = 0`,
    className,
    split,
    split,
    every,
  ) as unknown as Member[];
  return { total, sample };
}

async function decode(root: string, member: Member): Promise<Uint8Array | null> {
  try {
    return await decodeRecord(root, member, settings);
  } catch (error) {
    if (error instanceof DecodeFailure) return null;
    throw error;
  }
}

async function drawSheet(mean: Uint8Array, cells: readonly Uint8Array[]): Promise<Buffer> {
  const raw = { width: SIDE, height: SIDE, channels: 3 as const };
  const png = (pixels: Uint8Array) => sharp(pixels, { raw }).png({ compressionLevel: 1 });
  const large = await png(mean).resize(MEAN_SIDE, MEAN_SIDE, { kernel: 'cubic' }).toBuffer();
  const small = await Promise.all(
    cells.map(async (pixels, at) => ({
      input: await png(pixels).toBuffer(),
      left: MEAN_SIDE + GAP + (at % COLUMNS) * (SIDE + GAP),
      top: Math.floor(at / COLUMNS) * (SIDE + GAP),
    })),
  );
  const width = MEAN_SIDE + COLUMNS * (SIDE + GAP);
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  return sharp({ create: { width, height: MEAN_SIDE, channels: 4, background } })
    .composite([{ input: large, left: 0, top: 0 }, ...small])
    .png()
    .toBuffer();
}
