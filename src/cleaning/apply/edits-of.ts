import path from 'node:path';
import { journalDataName, journalFileOf } from '../../dataset/journal/folder.ts';
import { readOverlay } from '../../dataset/journal/overlay.ts';
import { placeDecisions } from '../../dataset/journal/place.ts';
import { listImages, type SourceImage, type SourceImages } from '../../dataset/list-images.ts';
import { byCodeUnit } from '../../dataset/listing.ts';
import type { ScanProgress } from '../../dataset/types.ts';
import { Problem } from '../../problem.ts';
import type { RefusedEdit } from '../../protocol/apply.ts';
import type { Decision } from '../../protocol/journal.ts';
import { fileHash } from './file-hash.ts';

/** An image with what was decided about it. */
export interface DecidedImage {
  image: SourceImage;
  decision: Decision | null;
}

/** A data set and the edits that are to be carried out on it. */
export interface SourceEdits {
  source: SourceImages;
  /** Absolute path of the journal. */
  journal: string;
  /** The data set's name in it. */
  data: string;
  /** All images by path; those with a decision that can't be decoded too. */
  images: DecidedImage[];
  /** Decisions whose image can't be told. */
  refused: RefusedEdit[];
}

export interface ReadOptions {
  /** Folder with the `.loupe` of the journal; default: the current one, else the nearest one above the source. */
  workspace?: string | undefined;
  onProgress?: ((progress: ScanProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** Reads source and journal. @throws Problem `no-edits`, and of `listImages` */
export async function readEdits(place: string, { workspace, ...options }: ReadOptions = {}): Promise<SourceEdits> {
  const absolute = path.resolve(place);
  const overlay = readOverlay(absolute, workspace);
  if (!overlay || overlay.decisions.length === 0) {
    throw new Problem(
      'no-edits',
      `There are no label edits of ${absolute}${overlay ? ` in ${overlay.file}` : ''}.`,
      'Relabel, exclude or delete images in the cleaning panel first.',
    );
  }
  const source = await listImages(absolute, options);
  const strays = straysOf(overlay.decisions, source);
  const images = [...source.images, ...strays].sort((a, b) => byCodeUnit(a.path, b.path));
  const placed = placeDecisions(overlay.decisions, images);
  const folder = path.dirname(path.dirname(overlay.file));
  return {
    source,
    journal: journalFileOf(folder),
    data: journalDataName(folder, absolute),
    images: images.map((image, at) => ({ image, decision: placed.byImage.get(at) ?? null })),
    refused: [
      ...placed.changed.map(({ path: file }) => refusal(file, 'content-changed', 'The file holds another image now.')),
      ...placed.gone.map(({ path: file }) => refusal(file, 'missing', 'The image is not there any more.')),
      ...placed.ambiguous.map(({ decision }) =>
        refusal(decision.path, 'ambiguous', 'The image was moved and is there more than once.'),
      ),
    ],
  };
}

export function refusal(file: string, code: string, message: string): RefusedEdit {
  return { path: file, code, message };
}

function isInside(file: string): boolean {
  const plain = path.posix.normalize(file);
  return !plain.startsWith('..') && !path.isAbsolute(file) && !/^[a-z]:/i.test(file) && !file.includes('\\');
}

/** Files with a decision that are no images to the source: damaged ones that are to be thrown away. */
function straysOf(decisions: readonly Decision[], { root, format, images }: SourceImages): SourceImage[] {
  if (format === 'idx') return [];
  const known = new Set(images.map(({ path: file }) => file));
  const hashes = new Set(images.map(({ hash }) => hash));
  return (
    decisions
      .filter((decision) => !known.has(decision.path) && !hashes.has(decision.hash))
      // A journal may come from anybody: it names no file outside the data set that the source does not name itself.
      .filter((decision) => isInside(decision.path))
      .filter(({ path: file, hash }) => fileHash(path.resolve(root, file)) === hash)
      .map(({ path: file, hash }) => ({ path: file, hash, className: null, split: null, group: null }))
  );
}
