import fs from 'node:fs';
import path from 'node:path';
import type { ImageDetail } from '../../protocol/catalogue.ts';
import type { DataSetStore } from '../data-sets/data-set-store.ts';
import type { Catalogues } from '../inspect/catalogues.ts';

export interface PlaceOfImage {
  /** Data set, absolute. */
  source: string;
  /** Relative to its root, `/`-separated. */
  path: string;
}

/** Which data set of the list an image file belongs to: the innermost folder wins. */
export function placeOfImage(file: string, sources: readonly string[]): PlaceOfImage | null {
  let found: PlaceOfImage | null = null;
  let longest = -1;
  for (const source of sources) {
    const root = rootOfSource(source);
    const relative = path.relative(root, file);
    if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative) || root.length <= longest) continue;
    found = { source, path: relative.split(path.sep).join('/') };
    longest = root.length;
  }
  return found;
}

/** Folder against which the images of a source are named. */
export function rootOfSource(source: string): string {
  return /\.(csv|tsv|jsonl|gz)$|ubyte$/i.test(source) && fs.statSync(source, { throwIfNoEntry: false })?.isFile()
    ? path.dirname(source)
    : source;
}

/** Finds images of the data sets of the list, by their files. */
export class KnownImages {
  private readonly dataSets: DataSetStore;
  private readonly catalogues: Catalogues;

  constructor(dataSets: DataSetStore, catalogues: Catalogues) {
    this.dataSets = dataSets;
    this.catalogues = catalogues;
  }

  /** @param file absolute */
  placeOf(file: string): PlaceOfImage | null {
    return placeOfImage(
      file,
      this.dataSets.all().map(({ source }) => source),
    );
  }

  /** What is known of the image; starts the data set's catalogue. Null: no such image is listed. */
  async detailOf({ source, path: name }: PlaceOfImage): Promise<ImageDetail | null> {
    return await this.catalogues.of(source).ask<'imageAt'>({ type: 'imageAt', path: name });
  }

  async classesOf(source: string): Promise<{ name: string; count: number }[]> {
    const catalogue = this.catalogues.of(source);
    const overview = catalogue.overview ?? (await catalogue.ask<'overview'>({ type: 'overview' }));
    return overview.classes;
  }
}
