import fs from 'node:fs';
import path from 'node:path';
import type { RawImage } from '../images/bmp.ts';
import { decodeImage, LIMIT_PIXELS, resizeRaw } from '../images/decode.ts';
import { DecodeFailure } from '../images/decode-failure.ts';
import type { DecodeSettings } from '../images/preprocess.ts';
import { type IdxFile, readIdx } from './idx.ts';
import { idxImageShape } from './idx-records.ts';
import type { ImageRecord } from './types.ts';

/** Unzipped IDX files are kept: every image of one is somewhere in the same stream. */
const OPEN_IDX_FILES = 4;
const openIdxFiles = new Map<string, { modified: number; file: Promise<IdxFile> }>();

/**
 * Reads one image of a data set and brings it to the network's size.
 * @param root of the data set.
 * @returns [height, width, channel], uint8.
 * @throws DecodeFailure when the file is gone or can't be decoded.
 */
export async function decodeRecord(
  root: string,
  record: Pick<ImageRecord, 'path' | 'format'>,
  settings: DecodeSettings,
): Promise<Uint8Array> {
  if (record.format === 'idx') return resizeRaw(await readIdxRecord(root, record.path), settings);
  return decodeImage(await readImageFile(path.resolve(root, record.path)), settings, { pixels: LIMIT_PIXELS });
}

/** @throws DecodeFailure */
export async function readImageFile(file: string): Promise<Uint8Array> {
  try {
    return await fs.promises.readFile(file);
  } catch (error) {
    throw fileFailure(error);
  }
}

/** The same at once: for threads that do nothing else meanwhile, and small files, of which most of the time would go into waiting. @throws DecodeFailure */
export function readImageFileSync(file: string): Uint8Array {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    throw fileFailure(error);
  }
}

/**
 * One image of an IDX file as it is stored.
 * @param name path of the file below `root`, `#`, index of the image.
 * @throws DecodeFailure
 */
export async function readIdxRecord(root: string, name: string): Promise<RawImage & { channels: 1 | 3 }> {
  const at = name.lastIndexOf('#');
  const fileName = name.slice(0, at);
  const { shape, data } = await openIdx(path.resolve(root, fileName));
  const { width, height, channels } = idxImageShape(shape, fileName);
  const size = width * height * channels;
  const start = Number(name.slice(at + 1)) * size;
  const pixels = data.subarray(start, start + size);
  if (pixels.length !== size) throw new DecodeFailure('missing', `${fileName} holds fewer images than it did`);
  // A copy: the caller may keep or transfer what it gets, and the file stays open for the others.
  return { width, height, channels, data: new Uint8Array(pixels) };
}

async function openIdx(file: string): Promise<IdxFile> {
  const modified = modifiedAt(file);
  const open = openIdxFiles.get(file);
  if (open?.modified === modified) return open.file;
  const reading = readIdx(file);
  openIdxFiles.delete(file);
  openIdxFiles.set(file, { modified, file: reading });
  const [oldest] = openIdxFiles.keys();
  if (openIdxFiles.size > OPEN_IDX_FILES && oldest) openIdxFiles.delete(oldest);
  try {
    return await reading;
  } catch (error) {
    openIdxFiles.delete(file);
    throw new DecodeFailure('corrupt', (error as Error).message, { cause: error });
  }
}

function modifiedAt(file: string): number {
  try {
    return fs.statSync(file).mtimeMs;
  } catch (error) {
    throw fileFailure(error);
  }
}

function fileFailure(error: unknown): DecodeFailure {
  const { code, message } = error as NodeJS.ErrnoException;
  const cause = code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable';
  return new DecodeFailure(cause, cause === 'missing' ? 'There is no such file' : message, { cause: error });
}
