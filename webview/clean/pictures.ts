interface Image {
  path: string;
  hash: string;
}

/** Milliseconds within which the pictures that are wanted are asked for together. */
const TOGETHER_MS = 16;
/** Pictures that are kept; the longest unseen go first. */
const MOST_KEPT = 1_500;

/** The small pictures of images, each asked for once, when it is first to be seen. */
export class Pictures {
  readonly #ask: (images: Image[]) => void;
  readonly #uris = new Map<string, string | null>();
  readonly #waiting = new Map<string, Set<HTMLImageElement>>();
  #wanted: Image[] = [];
  #timer = 0;

  constructor(ask: (images: Image[]) => void) {
    this.#ask = ask;
  }

  /** Puts the picture into the element, now or when it comes. */
  show(node: HTMLImageElement, image: Image): void {
    const key = keyOf(image);
    node.dataset.picture = key;
    const known = this.#uris.get(key);
    if (known !== undefined) {
      put(node, known);
      return;
    }
    node.removeAttribute('src');
    node.classList.remove('no-picture');
    const waiting = this.#waiting.get(key);
    if (waiting) {
      waiting.add(node);
      return;
    }
    this.#waiting.set(key, new Set([node]));
    this.#wanted.push({ path: image.path, hash: image.hash });
    this.#timer ||= window.setTimeout(() => this.#flush(), TOGETHER_MS);
  }

  /** So that it is there when it is to be shown. */
  want(image: Image): void {
    this.show(new Image(), image);
  }

  came(pictures: readonly (Image & { uri: string | null })[]): void {
    for (const { uri, ...image } of pictures) {
      const key = keyOf(image);
      this.#uris.delete(key);
      this.#uris.set(key, uri);
      for (const node of this.#waiting.get(key) ?? []) if (node.dataset.picture === key) put(node, uri);
      this.#waiting.delete(key);
    }
    for (const key of this.#uris.keys()) {
      if (this.#uris.size <= MOST_KEPT) break;
      this.#uris.delete(key);
    }
  }

  #flush(): void {
    this.#timer = 0;
    this.#ask(this.#wanted.splice(0));
  }
}

function put(node: HTMLImageElement, uri: string | null): void {
  node.classList.toggle('no-picture', uri === null);
  if (uri === null) node.removeAttribute('src');
  else if (node.getAttribute('src') !== uri) node.src = uri;
}

function keyOf({ path, hash }: Image): string {
  return `${hash}\0${path}`;
}
