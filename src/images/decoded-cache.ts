import { createHash } from 'node:crypto';
import path from 'node:path';
import { cacheRoot } from '../files.ts';
import { DECODER_VERSION } from './decoder-version.ts';
import { type DecodeSettings, decodedSize } from './preprocess.ts';
import { RecordCache } from './record-cache.ts';

export interface DecodedCacheOptions {
  /** Default: `decoded` in the cache root. */
  folder?: string;
  /** Of all decoded images together, whatever their settings. Default 10 GB. */
  limitBytes?: number;
}

const DEFAULT_LIMIT = 10e9;

/** Decoded images on disk: every image is decoded once for the same settings, whoever asks. */
export function openDecodedCache(settings: DecodeSettings, options: DecodedCacheOptions = {}): RecordCache {
  return new RecordCache({
    folder: options.folder ?? path.join(cacheRoot(), 'decoded'),
    key: cacheKey(settings),
    size: decodedSize(settings),
    limitBytes: options.limitBytes ?? DEFAULT_LIMIT,
    what: 'Decoded images',
  });
}

/** Folder name for records that are equal: settings, decoder and layout of the records. */
function cacheKey({ width, height, color, resize, bands, bandMaximum = 0 }: DecodeSettings): string {
  const ofBands = color === 'bands' ? [bands, bandMaximum] : [];
  const parts = JSON.stringify([1, DECODER_VERSION, width, height, color, resize, ...ofBands]);
  const hash = createHash('sha256').update(parts).digest('hex').slice(0, 12);
  return `${width}x${height}-${color}-${resize}-${hash}`;
}
