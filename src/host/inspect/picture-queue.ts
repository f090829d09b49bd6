/** At a time: as many as keep the process busy, few enough that a new wish is followed at once. */
const AT_ONCE = 8;
/** Pictures that are there are told of together, so that a page full of them is one message. */
const BATCH_MS = 12;

export interface PictureQueueOptions {
  /** The picture's address; null: the image can't be read. */
  make(key: number, side: number): Promise<string | null>;
  deliver(pictures: { key: number; uri: string | null }[], side: number): void;
}

/** Makes the pictures that a page wants now; what it wanted before and is not begun is forgotten. */
export class PictureQueue {
  private readonly options: PictureQueueOptions;
  private waiting: { key: number; side: number }[] = [];
  private atWork = 0;
  private done: { key: number; uri: string | null; side: number }[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(options: PictureQueueOptions) {
    this.options = options;
  }

  /** @param wishes the most urgent first */
  want(wishes: readonly { side: number; keys: readonly number[] }[]): void {
    this.waiting = wishes.flatMap(({ side, keys }) => keys.map((key) => ({ key, side })));
    this.next();
  }

  dispose(): void {
    this.waiting = [];
    clearTimeout(this.timer);
  }

  private next(): void {
    while (this.atWork < AT_ONCE) {
      const next = this.waiting.shift();
      if (!next) return;
      void this.make(next.key, next.side);
    }
  }

  private async make(key: number, side: number): Promise<void> {
    this.atWork++;
    const uri = await this.options.make(key, side).catch(() => null);
    this.atWork--;
    this.done.push({ key, uri, side });
    this.timer ??= setTimeout(() => this.flush(), BATCH_MS);
    this.next();
  }

  private flush(): void {
    this.timer = undefined;
    const done = this.done.splice(0);
    for (const side of new Set(done.map((picture) => picture.side))) {
      const pictures = done.filter((picture) => picture.side === side).map(({ key, uri }) => ({ key, uri }));
      this.options.deliver(pictures, side);
    }
  }
}
