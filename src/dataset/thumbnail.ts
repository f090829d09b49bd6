import { hash as digest } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import { thumbnailFile, writeAtomic } from '../files.ts';
import type { RawImage } from '../images/bmp.ts';
import { decodeWithin, shrinkRaw } from '../images/decode.ts';
import { DecodeFailure } from '../images/decode-failure.ts';
import { visibleOf } from '../images/pixels.ts';
import { readIdxRecord, readImageFile } from './decode-record.ts';

/** Longest side of a small picture, pixels. */
export const THUMBNAIL_SIDES: readonly number[] = [64, 96, 128, 256, 512];

export interface ThumbnailRequest {
  /** Absolute path of an image file, or `<IDX file>#<index>`. */
  path: string;
  /** `ImageRecord.hash` where it is known; else the file is read to find it. */
  hash?: string | undefined;
  /** One of `THUMBNAIL_SIDES`. */
  side: number;
}

/**
 * The small picture of one image as a WebP file in the cache, made where it is missing: upright, at its own aspect, never larger
 * than the image, without loss where nothing had to be scaled. Named by content, so that a renamed image keeps its picture.
 * @returns absolute path.
 * @throws DecodeFailure where the image can't be read; the file system's own error where the cache can't be written
 */
export async function makeThumbnail({ path: image, hash, side }: ThumbnailRequest): Promise<string> {
  if (hash && fs.existsSync(thumbnailFile(hash, side))) return thumbnailFile(hash, side);
  const isRecord = /#\d+$/.test(image) && !fs.existsSync(image);
  const source = isRecord ? await idxSource(image) : await fileSource(image, side);
  const file = thumbnailFile(hash ?? source.hash(), side);
  if (fs.existsSync(file)) return file;
  const { width, height, ...shrunk } = shrinkRaw(source.raw, side);
  const { pixels, channels } = visibleOf(shrunk.data, shrunk.channels);
  const isWhole = Math.max(width, height) < side;
  const encoded = await sharp(pixels, { raw: { width, height, channels } })
    .webp(isWhole ? { lossless: true } : { quality: 80 })
    .toBuffer();
  fs.mkdirSync(path.dirname(file), { recursive: true });
  writeAtomic(file, encoded);
  return file;
}

interface Source {
  raw: RawImage;
  hash(): string;
}

async function fileSource(file: string, side: number): Promise<Source> {
  const bytes = await readImageFile(file);
  return { raw: await decodeWithin(bytes, side), hash: () => hashOf(bytes) };
}

async function idxSource(name: string): Promise<Source> {
  const raw = await readIdxRecord(path.dirname(name), path.basename(name)).catch((error: unknown) => {
    throw error instanceof DecodeFailure ? error : new DecodeFailure('corrupt', String(error), { cause: error });
  });
  return { raw, hash: () => hashOf(raw.data) };
}

/** As the index of a data set names contents. */
function hashOf(bytes: Uint8Array): string {
  return digest('sha256', bytes, 'hex').slice(0, 32);
}
