import { hammingDistance } from '../../images/measures/perceptual-hash.ts';

export interface Looks {
  path: string;
  /** Of the content. */
  hash: string;
  /** 16 hex digits; null: not measured. */
  perceptualHash: string | null;
}

export interface CopyOf {
  kind: 'exact-duplicate' | 'near-duplicate';
  /** The image that it is a copy of. */
  of: string;
  /** Bits of the pHash that differ. */
  distance: number;
}

/**
 * Of which image each of `images` is a copy: one that is known, or one that came before it. Equal content first, else the nearest pHash
 * within the radius.
 * @returns [image]
 */
export function copiesOf(images: readonly Looks[], known: readonly Looks[], radius: number): (CopyOf | null)[] {
  const byHash = new Map(known.map(({ hash, path }) => [hash, path]));
  const seen = known.flatMap(withBits);
  return images.map((image) => {
    const same = byHash.get(image.hash);
    const found: CopyOf | null =
      same === undefined ? nearest(image, seen, radius) : { kind: 'exact-duplicate', of: same, distance: 0 };
    if (same === undefined) byHash.set(image.hash, image.path);
    seen.push(...withBits(image));
    return found;
  });
}

interface Seen {
  path: string;
  bits: bigint;
}

function withBits({ path, perceptualHash }: Looks): Seen[] {
  return perceptualHash === null ? [] : [{ path, bits: BigInt(`0x${perceptualHash}`) }];
}

function nearest({ perceptualHash }: Looks, seen: readonly Seen[], radius: number): CopyOf | null {
  if (perceptualHash === null) return null;
  const bits = BigInt(`0x${perceptualHash}`);
  let best: CopyOf | null = null;
  for (const other of seen) {
    const distance = hammingDistance(bits, other.bits);
    if (distance <= radius && distance < (best?.distance ?? 65)) {
      best = { kind: 'near-duplicate', of: other.path, distance };
    }
  }
  return best;
}
