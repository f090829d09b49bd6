/** Sides that small pictures are made in, pixels. */
const pictureSides = [64, 96, 128, 256] as const;
export type PictureSide = (typeof pictureSides)[number];

/** Addresses that are kept; a picture itself is the browser's. */
const KEPT = 6000;

/** The smallest picture that fills `side` CSS pixels, or the largest there is. */
export function pictureSide(side: number, pixelRatio: number): PictureSide {
  return pictureSides.find((pixels) => pixels >= side * Math.min(2, pixelRatio) * 0.9) ?? 256;
}

/** Pictures of one side that are wanted, the most urgent first. */
export interface PictureWish<Key> {
  side: PictureSide;
  keys: Key[];
}

/**
 * Addresses of small pictures by image and side. What is wanted, by all that show pictures, is asked for as a whole, again and again: the
 * host forgets what it was asked before, so that pictures of images that were scrolled away are not made.
 */
export class PictureStore<Key extends string | number> {
  readonly #ask: (wishes: PictureWish<Key>[]) => void;
  /** null: the image can't be read. */
  readonly #known = new Map<string, string | null>();
  readonly #wants = new Map<string, { keys: readonly Key[]; side: PictureSide }>();
  #asked = '[]';

  constructor(ask: (wishes: PictureWish<Key>[]) => void) {
    this.#ask = ask;
  }

  /** Undefined: not here yet. */
  get(key: Key, side: PictureSide): string | null | undefined {
    return this.#known.get(`${side}:${key}`);
  }

  /** In another side as long as nothing better is here, so that zooming shows no gaps. */
  best(key: Key, side: PictureSide): string | null | undefined {
    const exact = this.get(key, side);
    if (exact !== undefined) return exact;
    return pictureSides.map((other) => this.get(key, other)).findLast((uri) => typeof uri === 'string');
  }

  /** @param asker what shows the pictures: its last wish is replaced */
  want(asker: string, keys: readonly Key[], side: PictureSide): void {
    this.#wants.set(asker, { keys, side });
    const wishes: PictureWish<Key>[] = [];
    for (const wish of this.#wants.values()) {
      const missing = wish.keys.filter((key) => !this.#known.has(`${wish.side}:${key}`));
      if (missing.length > 0) wishes.push({ side: wish.side, keys: missing });
    }
    const asked = JSON.stringify(wishes);
    if (asked === this.#asked) return;
    this.#asked = asked;
    if (wishes.length > 0) this.#ask(wishes);
  }

  deliver(pictures: readonly { key: Key; uri: string | null }[], side: PictureSide): void {
    for (const { key, uri } of pictures) {
      this.#known.delete(`${side}:${key}`);
      this.#known.set(`${side}:${key}`, uri);
    }
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= KEPT) break;
      this.#known.delete(oldest);
    }
  }

  /** Keys mean other images now, or everything is to be asked again. */
  reset(): void {
    this.#known.clear();
    this.#wants.clear();
    this.#asked = '[]';
  }
}
