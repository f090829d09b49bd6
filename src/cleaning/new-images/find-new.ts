import path from 'node:path';
import type { Catalogue } from '../../catalogue/catalogue.ts';
import { measureImages } from '../../catalogue/measure-images.ts';
import { openCatalogue } from '../../catalogue/open-catalogue.ts';
import { rowsOf } from '../../catalogue/rows.ts';
import type { CatalogueImage } from '../../catalogue/types.ts';
import type { ImageRecord } from '../../dataset/types.ts';
import { describeImages, type Embeddings } from '../../embedding/embed.ts';
import { handmadeDescription, handmadeTitle } from '../../embedding/handmade.ts';
import { unitRows } from '../../evaluation/probes/nearest.ts';
import { Problem } from '../../problem.ts';
import { defaultThresholds, type FindingKind, WIDEST_NEAR } from '../../protocol/findings.ts';
import type { NewImage, NewImagesReport } from '../../protocol/new-images.ts';
import { quantile } from '../../quantile.ts';
import { seededRandom } from '../../random.ts';
import { type Suggestions, suggestClasses } from '../active/suggest.ts';
import { marginUncertainty, usefulOrder } from '../active/useful-order.ts';
import { compareWhole, type Picture, showsTheSame } from '../duplicates/likeness.ts';
import { type PicturedImage, readPicture } from '../duplicates/pictures.ts';
import { type CopyOf, copiesOf, type Looks } from './copies-of.ts';

export interface FindNewOptions {
  /** Folder whose `.loupe` holds the journal. */
  workspace: string;
  /** How the images are described; default: by shapes and colours, which need no weights. */
  describe?:
    | ((data: { root: string; images: ImageRecord[] }) => Promise<{ embeddings: Embeddings; name: string }>)
    | undefined;
  onProgress?: ((what: 'scan' | 'measure' | 'embed', done: number, total: number | null) => void) | undefined;
  signal?: AbortSignal | undefined;
}

type Found = Pick<NewImagesReport, 'network' | 'labelled' | 'images' | 'unreadable'>;

/** Labelled images that new ones are compared with; of more, as many of each class. */
const MOST_LABELLED = 4_000;
const MOST_SUGGESTED = 5;
/** Pictures that are held for the next comparison. */
const MOST_PICTURES = 500;
const MOST_UNREADABLE = 1_000;
/** Kinds of issues that an image has by itself. */
const ownKinds: readonly FindingKind[] = [
  ...(['dark', 'light', 'low-contrast', 'blurry', 'low-information', 'odd-aspect', 'uniform-border'] as const),
];

/**
 * Looks at images without a label beside a data set: the same checks, what the labelled images make of them, and which are the most
 * useful to label first. Needs no network; changes nothing.
 * @param folder with the new images; a folder of the data set itself is one too
 * @throws Problem `no-images`; the signal's reason when aborted
 */
export async function findNewImages(folder: string, into: string, options: FindNewOptions): Promise<Found> {
  const { workspace, onProgress, signal } = options;
  const open = (source: string) =>
    openCatalogue(source, {
      workspace,
      onProgress: ({ seen, total }) => onProgress?.('scan', seen, total),
      signal,
    });
  const known = await open(into);
  const root = known.facts.root;
  const inside = path.relative(root, path.resolve(folder)).split(path.sep).join('/');
  const isInside = inside === '' || !inside.startsWith('..');
  const incoming = isInside && !path.isAbsolute(inside) ? known : await open(folder);
  try {
    for (const catalogue of new Set([known, incoming])) {
      await measureImages(catalogue, { onProgress: (done, total) => onProgress?.('measure', done, total), signal });
    }
    const prefix = incoming === known && inside ? `${inside}/` : '';
    const fresh = [...incoming.images()].filter(
      ({ path: name, effectiveLabel, isLeftOut }) =>
        !isLeftOut && name.startsWith(prefix) && (incoming !== known || effectiveLabel === null),
    );
    const labelled = sampleLabelled([...known.images()].filter(isLabelled));
    return await compare({ known, incoming, fresh, labelled, prefix }, options);
  } finally {
    known.close();
    if (incoming !== known) incoming.close();
  }
}

interface Compared {
  known: Catalogue;
  incoming: Catalogue;
  fresh: CatalogueImage[];
  labelled: CatalogueImage[];
  /** Of the new images' paths. */
  prefix: string;
}

async function compare(
  { known, incoming, fresh, labelled, prefix }: Compared,
  options: FindNewOptions,
): Promise<Found> {
  const describe = options.describe ?? describeByHand(options);
  const unreadable = unreadableOf(incoming, prefix);
  if (fresh.length === 0) return { network: '', labelled: labelled.length, images: [], unreadable };
  const there = new Set(fresh.map(({ id }) => id));
  const others = [...known.images()].filter(({ id }) => incoming !== known || !there.has(id));
  const copies = await copiesOf(looksOf(incoming, fresh), looksOf(known, others), {
    radius: WIDEST_NEAR,
    showsTheSame: comparePixels(options.signal),
  });
  const classes = [...new Set(labelled.map(({ effectiveLabel }) => effectiveLabel as string))].sort();
  const mine = await describe({ root: incoming.facts.root, images: fresh.map(asRecord) });
  const theirs = await describe({ root: known.facts.root, images: labelled.map(asRecord) });
  const { size } = mine.embeddings;
  const features = unitRows(mine.embeddings.features, size);
  const suggested = classes.length > 0 ? suggest(features, theirs.embeddings, labelled, classes) : null;
  const rows = new Map(
    rowsOf(
      incoming,
      fresh.map(({ id }) => id),
    ).map((row) => [row.id, row]),
  );
  const images = [...mine.embeddings.indices].flatMap((at, row): NewImage[] => {
    const { id } = fresh[at] as CatalogueImage;
    const shown = rows.get(id);
    return shown ? [newImage(shown, copies[at] ?? null, row, suggested, classes)] : [];
  });
  markOutliers(images);
  const order = usefulOrder(
    images.map(({ uncertainty }) => uncertainty),
    features,
    size,
    images.map(({ distance }) => distance),
  );
  // A copy of what is there teaches nothing, however unsure the model is.
  const sorted = [...order].map((at) => images[at] as NewImage);
  const [last, first] = [
    sorted.filter(({ copyOf }) => copyOf !== null),
    sorted.filter(({ copyOf }) => copyOf === null),
  ];
  return { network: mine.name, labelled: labelled.length, images: [...first, ...last], unreadable };
}

function suggest(
  features: Float32Array,
  known: Embeddings,
  labelled: CatalogueImage[],
  classes: string[],
): Suggestions {
  const labels = Uint32Array.from(known.indices, (i) => classes.indexOf(labelled[i]?.effectiveLabel as string));
  const { size } = known;
  return suggestClasses(features, unitRows(known.features, size), labels, { size, classes: classes.length });
}

function newImage(
  row: NewImage['row'],
  copy: CopyOf | null,
  at: number,
  suggested: Suggestions | null,
  classes: string[],
): NewImage {
  const probabilities = suggested?.probabilities.subarray(at * classes.length, (at + 1) * classes.length) ?? [];
  const suggestions = classes
    .map((label, c) => ({ label, probability: Number((probabilities[c] ?? 0).toFixed(4)) }))
    .filter(({ probability }) => probability > 0)
    .sort((a, b) => b.probability - a.probability)
    .slice(0, MOST_SUGGESTED);
  return {
    row,
    issues: [...row.issues.filter((kind) => ownKinds.includes(kind)), ...(copy ? [copy.kind] : [])],
    copyOf: copy?.of ?? null,
    suggestions,
    uncertainty: suggested ? marginUncertainty(probabilities) : 1,
    distance: suggested ? (suggested.distance[at] as number) : 2,
  };
}

/** Farther from everything labelled than new images are: beyond the third quartile by 1.7 interquartile ranges. */
function markOutliers(images: NewImage[]): void {
  const distances = images.map(({ distance }) => distance).sort((a, b) => a - b);
  if (distances.length < 8) return;
  const [q1, q3] = [quantile(distances, 0.25), quantile(distances, 0.75)];
  const limit = q3 + defaultThresholds.outlier * (q3 - q1);
  for (const image of images) if (image.distance > limit) image.issues.push('outlier');
}

function describeByHand({ onProgress, signal }: FindNewOptions): NonNullable<FindNewOptions['describe']> {
  return async (data) => {
    const embeddings = await describeImages(handmadeDescription('hog-color'), data, {
      onFailed: () => undefined,
      onProgress: (done, total) => onProgress?.('embed', done, total),
      ...(signal && { signal }),
    });
    return { embeddings, name: handmadeTitle('hog-color') };
  };
}

function isLabelled({ effectiveLabel, isLeftOut }: CatalogueImage): boolean {
  return effectiveLabel !== null && !isLeftOut;
}

/** All of them, or as many of each class: the same ones every time. */
function sampleLabelled(images: CatalogueImage[]): CatalogueImage[] {
  if (images.length <= MOST_LABELLED) return images;
  const random = seededRandom(42);
  const classes = Map.groupBy(images, ({ effectiveLabel }) => effectiveLabel);
  const each = Math.max(1, Math.floor(MOST_LABELLED / classes.size));
  return [...classes.values()].flatMap((all) =>
    all
      .map((image) => ({ image, key: random() }))
      .sort((a, b) => a.key - b.key)
      .slice(0, each)
      .map(({ image }) => image),
  );
}

interface LookedAt extends Looks {
  root: string;
  picture: PicturedImage;
}

function looksOf(catalogue: Catalogue, images: readonly CatalogueImage[]): LookedAt[] {
  const { ids, hashes } = catalogue.perceptualHashes();
  const byId = new Map(Array.from(ids, (id, at) => [id, (hashes[at] as bigint).toString(16).padStart(16, '0')]));
  return images.map((image) => {
    const { id, path: name, hash } = image;
    const { root } = catalogue.facts;
    return { path: name, hash, perceptualHash: byId.get(id) ?? null, root, picture: asRecord(image) };
  });
}

/** As the search for copies in a data set looks at two images. */
function comparePixels(signal: AbortSignal | undefined): (a: LookedAt, b: LookedAt) => Promise<boolean> {
  const pictures = new Map<string, Picture | null>();
  const pictureOf = async ({ root, picture, hash }: LookedAt) => {
    const known = pictures.get(hash);
    if (known !== undefined) return known;
    signal?.throwIfAborted();
    const read = await readPicture(root, picture);
    const [oldest] = pictures.keys();
    if (pictures.size >= MOST_PICTURES && oldest !== undefined) pictures.delete(oldest);
    pictures.set(hash, read);
    return read;
  };
  return async (one, other) => {
    const [a, b] = [await pictureOf(one), await pictureOf(other)];
    return a !== null && b !== null && showsTheSame(compareWhole(a, b));
  };
}

function unreadableOf(catalogue: Catalogue, prefix: string): { path: string; message: string }[] {
  const rows = catalogue.all('SELECT path, message FROM skips ORDER BY path');
  return rows
    .map((row) => ({ path: String(row.path), message: String(row.message) }))
    .filter((skip) => skip.path.startsWith(prefix))
    .slice(0, MOST_UNREADABLE);
}

function asRecord({ path: name, hash, format, width, height, bytes }: CatalogueImage): ImageRecord {
  const known = { path: name, hash, width, height, bytes, channels: 3, label: 0, split: null, group: null };
  return { ...known, format: format as ImageRecord['format'] };
}

/** @throws Problem where new images can't be put into a data set of this kind */
export function assertFolder(format: string, into: string): void {
  if (format === 'folder') return;
  throw new Problem(
    'no-image-folder',
    `${into} is no folder of class folders; images are added to such data sets only.`,
    'Add a row for each image to the manifest instead.',
  );
}
