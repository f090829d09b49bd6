import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { Catalogue } from '../../../src/catalogue/catalogue.ts';
import { PROBE, SCHEMA_VERSION, TABLES } from '../../../src/catalogue/schema.ts';
import { CatalogueSync } from '../../../src/catalogue/sync.ts';
import { SkipList } from '../../../src/dataset/skip-list.ts';
import type { ReadImage } from '../../../src/dataset/source-reader.ts';
import { openRebuildable } from '../../../src/dataset/sqlite.ts';
import type { SkipCause, SplitName } from '../../../src/dataset/types.ts';
import type { ImageMeasures } from '../../../src/images/measures/measures.ts';

export interface SomeImage {
  path: string;
  /** Default: the path's first folder after a split's; null: none. */
  label?: string | null;
  split?: SplitName | null;
  /** Default: of the path. */
  hash?: string;
  width?: number;
  height?: number;
  bytes?: number;
}

/** Brings a catalogue in step with a data set that is on no disk. @param atOnce images that are read at a time */
export function fillCatalogue(
  catalogue: Catalogue,
  images: readonly SomeImage[],
  skipped: readonly { cause: SkipCause; path: string; message: string }[] = [],
  atOnce = 2,
): void {
  const skips = new SkipList();
  for (const { cause, path: name, message } of skipped) skips.add(cause, name, message);
  const classes = [...new Set(images.map(classOf))].filter((name) => name !== null).sort();
  const source = { root: '/data', format: 'folder' as const, file: null };
  const sync = new CatalogueSync(catalogue, '/data', { source, skips, classes: () => classes });
  const read = images.map(readImage).sort((a, b) => (a.path < b.path ? -1 : 1));
  for (let from = 0; from < read.length; from += atOnce) {
    const chunk = read.slice(from, from + atOnce);
    sync.take({ images: chunk, upTo: chunk.at(-1)?.path ?? '' });
  }
  sync.finish();
}

/** As a source's reader gives it. */
export function readImage(image: SomeImage): ReadImage {
  return {
    path: image.path,
    className: classOf(image),
    noLabel: null,
    split: image.split ?? null,
    group: null,
    format: 'jpeg',
    width: image.width ?? 100,
    height: image.height ?? 100,
    channels: 3,
    bytes: image.bytes ?? 1000,
    modified: 1_700_000_000_000,
    hash: image.hash ?? hashOf(image.path),
  };
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** A catalogue of these images in a folder that is removed when the test ends. */
export async function someCatalogue(t: TestContext, images: readonly SomeImage[]): Promise<Catalogue> {
  const catalogue = await emptyCatalogue(t);
  fillCatalogue(catalogue, images);
  return catalogue;
}

export async function emptyCatalogue(t: TestContext): Promise<Catalogue> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-catalogue-'));
  const { db, notKept } = await openRebuildable(path.join(folder, 'some.sqlite'), {
    tables: TABLES,
    version: SCHEMA_VERSION,
    probe: PROBE,
  });
  const catalogue = new Catalogue(db, notKept);
  t.after(() => {
    catalogue.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return catalogue;
}

/** Measures of an ordinary image, with some changed. */
export function someMeasures(changed: Partial<ImageMeasures> = {}): ImageMeasures {
  return {
    brightness: 0.5,
    dark: 0.9,
    light: 0.8,
    contrast: 0.7,
    saturation: 0.3,
    hue: 120,
    color: '#668866',
    blur: 0.6,
    information: 0.7,
    border: 0,
    borderColor: null,
    greyscale: false,
    perceptualHash: '0123456789abcdef',
    pixelHash: null,
    ...changed,
  };
}

function classOf({ path: name, label }: SomeImage): string | null {
  return label === undefined ? (name.split('/').at(-2) ?? null) : label;
}
