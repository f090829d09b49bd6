import type { Neighbours } from '../../evaluation/probes/nearest.ts';
import { WIDEST_NEAR } from '../../protocol/findings.ts';
import { pairsWithin } from './hash-pairs.ts';
import { compareParts, compareWhole, type Likeness, type Picture, showsTheSame } from './likeness.ts';
import { mirroredHash } from './mirrored-hash.ts';

/** What must be known of an image to find its copies. */
export interface ComparedImage {
  /** Equal for equal files. */
  hash: string;
  /** Equal for equal pixels; null: not measured. */
  pixelHash: string | null;
  /** Null: not measured. */
  perceptualHash: bigint | null;
}

export interface DuplicatePair {
  /** Positions, a < b. */
  a: number;
  b: number;
  kind: 'exact-duplicate' | 'near-duplicate';
  /** Bits of the pHash that differ, of the mirrored one for a mirrored copy; null: further than was looked, found by embeddings. */
  distance: number | null;
  /** Cosine of the embeddings; null: no neighbours by embedding. */
  similarity: number | null;
  /** How one lies in the other; null for exact copies. */
  likeness: Likeness | null;
}

/** Cosine of embeddings above which two images are looked at. */
const CANDIDATE_COSINE = 0.9;
/** The same of two images that are each other's nearest, as a crop and its original are. */
const MUTUAL_COSINE = 0.7;
/** Images with one look (plain black) would all be candidates of each other. */
const MOST_CANDIDATES = 40;
/** Candidates an image, on average, that only the embeddings propose: those of a weak network find nearly everything alike. */
const MOST_BY_EMBEDDING = 1;
/** Of more exact copies of one image, each is paired with the first only. */
const LARGEST_FULL_GROUP = 30;

export interface Candidate {
  a: number;
  b: number;
  distance: number | null;
  similarity: number | null;
}

/** Groups of images with the same pixels (or, where those were not measured, the same file), each with more than one. */
export function exactGroups(images: readonly ComparedImage[]): number[][] {
  const groups = new Map<string, number[]>();
  images.forEach(({ hash, pixelHash }, i) => {
    const key = pixelHash ?? `file:${hash}`;
    const group = groups.get(key);
    if (group) group.push(i);
    else groups.set(key, [i]);
  });
  return [...groups.values()].filter((group) => group.length > 1);
}

/**
 * Pairs worth a look: near by pHash, also of the mirrored image, or by embedding. Of exact copies the first one stands for all.
 */
export function nearCandidates(
  images: readonly ComparedImage[],
  groups: readonly number[][],
  neighbours: Neighbours | null,
): Candidate[] {
  const first = representatives(images.length, groups);
  const hashed = [...images.keys()].filter((i) => first[i] === i && images[i]?.perceptualHash !== null);
  const hashes = BigUint64Array.from(hashed, (i) => images[i]?.perceptualHash as bigint);
  const found = new Map<string, Candidate>();
  const counts = new Uint32Array(images.length);
  const add = (a: number, b: number, part: Partial<Candidate>) => {
    if (a === b) return;
    const [low, high] = a < b ? [a, b] : [b, a];
    const key = `${low} ${high}`;
    const before = found.get(key);
    if (!before && Math.max(counts[low] as number, counts[high] as number) >= MOST_CANDIDATES) return;
    if (!before) for (const i of [low, high]) counts[i] = (counts[i] as number) + 1;
    found.set(key, { a: low, b: high, distance: null, similarity: null, ...before, ...part });
  };
  const byHash = [...pairsWithin(hashes, WIDEST_NEAR), ...pairsWithin(hashes, WIDEST_NEAR, hashes.map(mirroredHash))];
  byHash.sort((x, y) => y.distance - x.distance);
  // The nearest last, so that of the two ways to be near the better one counts.
  for (const { a, b, distance } of byHash) add(hashed[a] as number, hashed[b] as number, { distance });
  if (neighbours) {
    const { positions, similarities, k } = neighbours;
    const near: { low: number; high: number; similarity: number }[] = [];
    for (let at = 0; at < positions.length; at++) {
      const [i, j] = [Math.floor(at / k), positions[at] as number];
      if (j < 0 || first[i] !== i) continue;
      const similarity = similarities[at] as number;
      const [low, high] = [Math.min(i, first[j] as number), Math.max(i, first[j] as number)];
      const isMutual = at % k === 0 && positions[j * k] === i && similarity >= MUTUAL_COSINE;
      if (isMutual || found.has(`${low} ${high}`)) add(low, high, { similarity });
      else if (similarity >= CANDIDATE_COSINE) near.push({ low, high, similarity });
    }
    near.sort((x, y) => y.similarity - x.similarity);
    for (const { low, high, similarity } of near.slice(0, MOST_BY_EMBEDDING * images.length))
      add(low, high, { similarity });
  }
  return [...found.values()].sort((x, y) => x.a - y.a || x.b - y.b);
}

/**
 * Looks at the pixels of a candidate: the whole of both, and for those that are near by embedding also one as a part of the other.
 * @returns null: they show something else
 */
export function verify(candidate: Candidate, a: Picture, b: Picture): Likeness | null {
  const whole = compareWhole(a, b);
  if (showsTheSame(whole)) return whole;
  if ((candidate.similarity ?? 0) < MUTUAL_COSINE) return null;
  const parts = compareParts(a, b);
  return showsTheSame(parts) ? parts : null;
}

/** All pairs: of exact copies, and of what was verified, each with the copies that its images stand for. */
export function duplicatePairs(
  groups: readonly number[][],
  verified: readonly { candidate: Candidate; likeness: Likeness }[],
): DuplicatePair[] {
  const pairs: DuplicatePair[] = [];
  const groupOf = new Map(groups.map((group) => [group[0] as number, group]));
  for (const group of groups) {
    group.forEach((a, at) => {
      if (at > 0 && group.length > LARGEST_FULL_GROUP) return;
      for (const b of group.slice(at + 1)) {
        pairs.push({ a, b, kind: 'exact-duplicate', distance: 0, similarity: 1, likeness: null });
      }
    });
  }
  for (const { candidate, likeness } of verified) {
    const { distance, similarity } = candidate;
    for (const i of (groupOf.get(candidate.a) ?? [candidate.a]).slice(0, LARGEST_FULL_GROUP)) {
      for (const j of (groupOf.get(candidate.b) ?? [candidate.b]).slice(0, LARGEST_FULL_GROUP)) {
        pairs.push({ a: Math.min(i, j), b: Math.max(i, j), kind: 'near-duplicate', distance, similarity, likeness });
      }
    }
  }
  return pairs.sort((x, y) => x.a - y.a || x.b - y.b);
}

/** [image], the first of its exact copies: itself where there are none. */
function representatives(images: number, groups: readonly number[][]): Uint32Array {
  const first = Uint32Array.from({ length: images }, (_, i) => i);
  for (const group of groups) for (const i of group) first[i] = group[0] as number;
  return first;
}
