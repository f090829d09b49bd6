/** Two positions whose hashes differ in `distance` bits. */
export interface HashPair {
  a: number;
  b: number;
  distance: number;
}

const BITS = 64;
/** Up to this radius a chunk of two equal hashes must be equal; above, chunks are longer and one bit of them may differ. */
const LARGEST_EXACT = 5;

/**
 * All pairs of 64-bit hashes within a Hamming radius, by multi-index hashing (Norouzi, Punjani, Fleet 2012): hashes are cut into so many
 * chunks that two near ones agree in at least one of them (or all but a bit of it), so that only those are compared. Equal hashes
 * are compared once for all of them.
 * @param hashes [image]
 * @param others compared with these instead (e.g. hashes of the mirrored images); only pairs a < b, and a = b left out
 */
export function* pairsWithin(
  hashes: BigUint64Array,
  radius: number,
  others: BigUint64Array = hashes,
): Generator<HashPair> {
  const isSame = others === hashes;
  const left = groupsOf(hashes);
  const right = isSame ? left : groupsOf(others);
  const chunks = chunksFor(radius);
  const index = chunks.map((chunk) => bucketsOf(right.words, chunk));
  const seen = new Int32Array(right.members.length).fill(-1);
  for (let i = 0; i < left.members.length; i++) {
    const [low, high] = [left.words[2 * i] as number, left.words[2 * i + 1] as number];
    for (const [c, chunk] of chunks.entries()) {
      const key = keyOf(low, high, chunk);
      for (const mask of chunk.masks) {
        for (const j of index[c]?.get(key ^ mask) ?? []) {
          if (seen[j] === i) continue;
          seen[j] = i;
          const distance = ones(low ^ (right.words[2 * j] as number)) + ones(high ^ (right.words[2 * j + 1] as number));
          if (distance > radius || (isSame && j < i)) continue;
          yield* across(left.members[i] as number[], right.members[j] as number[], distance, isSame && i !== j);
        }
      }
    }
  }
}

/** Bits in which two hashes differ. */
export function hammingDistance(a: bigint, b: bigint): number {
  const difference = a ^ b;
  return ones(Number(difference & 0xffffffffn)) + ones(Number(difference >> 32n));
}

/** @param isAll of two different groups of one list: every pair; else those with a < b, for the other order comes too */
function* across(left: number[], right: number[], distance: number, isAll: boolean): Generator<HashPair> {
  for (const a of left) {
    for (const b of right) {
      if (a < b) yield { a, b, distance };
      else if (isAll) yield { a: b, b: a, distance };
    }
  }
}

interface Chunk {
  from: number;
  bits: number;
  /** Differences within which a chunk is looked up. */
  masks: number[];
}

function chunksFor(radius: number): Chunk[] {
  const isExact = radius <= LARGEST_EXACT;
  const count = isExact ? radius + 1 : Math.floor(radius / 2) + 1;
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * BITS) / count);
    const bits = Math.min(31, Math.floor(((i + 1) * BITS) / count) - from);
    const flips = isExact ? [] : Array.from({ length: bits }, (_, bit) => 1 << bit);
    return { from, bits, masks: [0, ...flips] };
  });
}

interface Groups {
  /** [group, 2], low and high half of the hash. */
  words: Uint32Array;
  /** Positions with that hash, rising. */
  members: number[][];
}

function groupsOf(hashes: BigUint64Array): Groups {
  const byHash = new Map<bigint, number[]>();
  hashes.forEach((hash, i) => {
    const group = byHash.get(hash);
    if (group) group.push(i);
    else byHash.set(hash, [i]);
  });
  const words = new Uint32Array(byHash.size * 2);
  let at = 0;
  for (const hash of byHash.keys()) {
    words[at++] = Number(hash & 0xffffffffn);
    words[at++] = Number(hash >> 32n);
  }
  return { words, members: [...byHash.values()] };
}

function bucketsOf(words: Uint32Array, chunk: Chunk): Map<number, number[]> {
  const buckets = new Map<number, number[]>();
  for (let i = 0; i < words.length / 2; i++) {
    const key = keyOf(words[2 * i] as number, words[2 * i + 1] as number, chunk);
    const bucket = buckets.get(key);
    if (bucket) bucket.push(i);
    else buckets.set(key, [i]);
  }
  return buckets;
}

function keyOf(low: number, high: number, { from, bits }: Chunk): number {
  const shifted = from >= 32 ? high >>> (from - 32) : from === 0 ? low : (low >>> from) | (high << (32 - from));
  return shifted & (2 ** bits - 1);
}

/** Bits that are set in a 32-bit number (Hacker's Delight). */
function ones(value: number): number {
  let bits = value - ((value >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
