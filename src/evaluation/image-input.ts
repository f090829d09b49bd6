import fs from 'node:fs';
import path from 'node:path';
import { decodeRecord, readImageFile } from '../dataset/decode-record.ts';
import { decodeImage } from '../images/decode.ts';
import type { DecodeSettings } from '../images/preprocess.ts';

/** An image to look at: a file, `<IDX file>#<index>`, or the bytes of a file that is nowhere on the disk (`path` names it). */
export interface ImageInput {
  path: string;
  bytes?: Uint8Array;
}

/** Decodes one image in several ways, and reads it once. @throws DecodeFailure */
export async function decodeInput(input: ImageInput, settings: readonly DecodeSettings[]): Promise<Uint8Array[]> {
  if (!input.bytes && /#\d+$/.test(input.path) && !fs.existsSync(input.path)) {
    const record = { path: path.basename(input.path), format: 'idx' as const };
    return Promise.all(settings.map((own) => decodeRecord(path.dirname(input.path), record, own)));
  }
  const bytes = input.bytes ?? (await readImageFile(input.path));
  return Promise.all(settings.map((own) => decodeImage(bytes, own)));
}
