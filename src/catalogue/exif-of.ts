import fs from 'node:fs';
import sharp from 'sharp';
import { type ExifEntry, readExif } from '../images/exif.ts';

/** What a camera wrote into a file; empty where there is nothing, or the file can't be read. */
export async function exifOf(file: string): Promise<ExifEntry[]> {
  try {
    const { exif } = await sharp(await fs.promises.readFile(file)).metadata();
    return exif ? readExif(exif) : [];
  } catch {
    // A bitmap, an image inside an IDX file, a file that is gone: the rest of the detail is shown all the same.
    return [];
  }
}
