import type { ImagePair } from '../../catalogue/types.ts';
import type { Neighbours } from '../../evaluation/probes/nearest.ts';
import {
  type Candidate,
  type ComparedImage,
  type DuplicatePair,
  duplicatePairs,
  exactGroups,
  nearCandidates,
  verify,
} from '../duplicates/find.ts';
import type { Likeness } from '../duplicates/likeness.ts';
import { type PicturedImage, readPictures } from '../duplicates/pictures.ts';
import { stepKey } from '../step-store.ts';
import type { DescribedImages, Search } from './search.ts';

/** Pairs of pictures that are compared in one go, so that the pictures of all need not be held at once. */
const AT_ONCE = 4000;
/** Numbers of a verdict as it is kept. */
const KEPT = 6;

/** Exact and near copies, written into the catalogue. Positions in the result are those of `Search.images`. */
export async function findDuplicates(search: Search, described: DescribedImages | null): Promise<DuplicatePair[]> {
  const { catalogue, images, steps } = search;
  return await steps.run('duplicates', async (progress) => {
    const compared = comparedImages(search);
    const groups = exactGroups(compared);
    const candidates = nearCandidates(compared, groups, described && neighboursOfImages(described, images.length));
    const { verdicts, kept } = await verdictsOf(search, candidates, progress);
    const verified = candidates.flatMap((candidate, at) => {
      const likeness = verdicts[at];
      return likeness ? [{ candidate, likeness }] : [];
    });
    const pairs = duplicatePairs(groups, verified);
    catalogue.writePairs(pairs.map((pair) => cataloguePair(pair, images)));
    return { result: pairs, kept };
  });
}

function comparedImages({ catalogue, images }: Search): ComparedImage[] {
  const hashes = new Map<number, { pixel: string | null; perceptual: string | null }>();
  for (const { id, pixel_hash: pixel, perceptual_hash: perceptual } of catalogue.all(
    'SELECT id, pixel_hash, perceptual_hash FROM images WHERE perceptual_hash IS NOT NULL',
  )) {
    hashes.set(Number(id), { pixel: text(pixel), perceptual: text(perceptual) });
  }
  return images.map(({ id, hash }) => {
    const { pixel = null, perceptual = null } = hashes.get(id) ?? {};
    return { hash, pixelHash: pixel, perceptualHash: perceptual === null ? null : BigInt(`0x${perceptual}`) };
  });
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** The neighbours with positions of `Search.images` in place of rows. */
function neighboursOfImages({ neighbours, rows }: DescribedImages, count: number): Neighbours {
  const { k } = neighbours;
  const positions = new Int32Array(count * k).fill(-1);
  const similarities = new Float32Array(count * k);
  rows.forEach((image, row) => {
    for (let rank = 0; rank < k; rank++) {
      const other = neighbours.positions[row * k + rank] as number;
      positions[image * k + rank] = other < 0 ? -1 : (rows[other] as number);
      similarities[image * k + rank] = neighbours.similarities[row * k + rank] as number;
    }
  });
  return { positions, similarities, k };
}

/** [candidate], how the two are alike; null: they are not. */
async function verdictsOf(
  { data, images, store, stop }: Search,
  candidates: readonly Candidate[],
  progress: (done: number, total: number) => void,
): Promise<{ verdicts: (Likeness | null)[]; kept: boolean }> {
  const hashOf = (i: number) => images[i]?.hash ?? '';
  const key = stepKey(
    3,
    candidates.flatMap(({ a, b, similarity }) => [hashOf(a), hashOf(b), Number((similarity ?? 0).toFixed(4))]),
  );
  const before = store.read('duplicates', key)?.tensors[0]?.data;
  if (before?.length === candidates.length * KEPT)
    return { verdicts: candidates.map((_, at) => unpack(before, at)), kept: true };
  const verdicts: (Likeness | null)[] = [];
  for (let from = 0; from < candidates.length; from += AT_ONCE) {
    const some = candidates.slice(from, from + AT_ONCE);
    const concerned = new Map<number, PicturedImage>();
    for (const i of some.flatMap(({ a, b }) => [a, b])) {
      const record = images[i]?.record;
      if (record) concerned.set(i, record);
    }
    const pictures = await readPictures(data.root, concerned, { signal: stop.signal });
    for (const candidate of some) {
      if (verdicts.length % 64 === 0) {
        progress(verdicts.length, candidates.length);
        // Signals and timers get their turn.
        await new Promise((resolve) => setImmediate(resolve));
        stop.signal.throwIfAborted();
      }
      const [a, b] = [pictures.get(candidate.a), pictures.get(candidate.b)];
      verdicts.push(a && b ? verify(candidate, a, b) : null);
    }
  }
  const packed = new Float32Array(candidates.length * KEPT);
  verdicts.forEach((likeness, at) => {
    if (!likeness) return;
    const { correlation, detail, scale, isMirrored, otherColors } = likeness;
    packed.set([1, correlation, detail, scale, isMirrored ? 1 : 0, otherColors], at * KEPT);
  });
  store.write('duplicates', key, {
    tensors: [{ name: 'verdicts', shape: [candidates.length, KEPT], data: packed }],
    metadata: {},
  });
  return { verdicts, kept: candidates.length === 0 };
}

function unpack(packed: Float32Array, at: number): Likeness | null {
  const [same, correlation = 0, detail = 0, scale = 1, mirrored, otherColors = 0] = packed.subarray(
    at * KEPT,
    (at + 1) * KEPT,
  );
  return same ? { correlation, detail, scale, isMirrored: mirrored === 1, otherColors } : null;
}

function cataloguePair({ a, b, kind, distance, similarity }: DuplicatePair, images: Search['images']): ImagePair {
  return { a: images[a]?.id as number, b: images[b]?.id as number, kind, distance, similarity };
}
