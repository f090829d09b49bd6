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

/** Images with one look (plain black) would all be candidates of each other. */
const MOST_CANDIDATES = 40;

/**
 * Of which image each of `images` is a copy: one that is known, or one that came before it. Equal content first, else the nearest by pHash
 * whose pixels show the same.
 * @param radius bits of the pHash in which a copy may differ
 * @param showsTheSame looks at the pixels of two images
 * @returns [image]
 */
export async function copiesOf<Image extends Looks>(
  images: readonly Image[],
  known: readonly Image[],
  { radius, showsTheSame }: { radius: number; showsTheSame: (a: Image, b: Image) => Promise<boolean> },
): Promise<(CopyOf | null)[]> {
  const byHash = new Map(known.map(({ hash, path }) => [hash, path]));
  const seen = known.flatMap(withBits);
  const copies: (CopyOf | null)[] = [];
  for (const image of images) {
    const same = byHash.get(image.hash);
    if (same === undefined) {
      byHash.set(image.hash, image.path);
      copies.push(await nearest(image, candidatesOf(image, seen, radius), showsTheSame));
    } else copies.push({ kind: 'exact-duplicate', of: same, distance: 0 });
    seen.push(...withBits(image));
  }
  return copies;
}

interface Seen<Image> {
  image: Image;
  bits: bigint;
}

interface Candidate<Image> {
  image: Image;
  distance: number;
}

function withBits<Image extends Looks>(image: Image): Seen<Image>[] {
  return image.perceptualHash === null ? [] : [{ image, bits: BigInt(`0x${image.perceptualHash}`) }];
}

/** The nearest first. */
function candidatesOf<Image extends Looks>(image: Image, seen: readonly Seen<Image>[], radius: number) {
  const [own] = withBits(image);
  if (!own) return [];
  const near = seen.flatMap((other): Candidate<Image>[] => {
    const distance = hammingDistance(own.bits, other.bits);
    return distance <= radius ? [{ image: other.image, distance }] : [];
  });
  return near.sort((a, b) => a.distance - b.distance).slice(0, MOST_CANDIDATES);
}

async function nearest<Image extends Looks>(
  image: Image,
  candidates: readonly Candidate<Image>[],
  showsTheSame: (a: Image, b: Image) => Promise<boolean>,
): Promise<CopyOf | null> {
  for (const { image: other, distance } of candidates) {
    if (await showsTheSame(image, other)) return { kind: 'near-duplicate', of: other.path, distance };
  }
  return null;
}
