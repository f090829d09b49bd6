import type { Random } from '../../../random.ts';
import type { Binned } from './bins.ts';

/** A decision tree, its nodes in arrays; the root is node 0. */
export interface Tree {
  /** [node], feature that is asked for; −1 in a leaf. */
  features: Int32Array;
  /** [node], values up to this go left. */
  thresholds: Float32Array;
  /** [node], the left child, which the right one follows; in a leaf the start of its shares in `shares`. */
  next: Int32Array;
  /** [leaf, class] */
  shares: Float32Array;
}

export interface TreeOptions {
  classes: number;
  /** Features tried at a node. */
  tried: number;
  random: Random;
}

interface Split {
  feature: number;
  /** The last bin that goes left. */
  bin: number;
}

/** Grows a tree until every leaf is pure, by Gini's impurity (Breiman et al. 1984). @param rows to learn from; may repeat; reordered */
export function growTree(binned: Binned, labels: Uint32Array, rows: Uint32Array, options: TreeOptions): Tree {
  const growth = new Growth(binned, labels, rows, options);
  return growth.grow();
}

/** Adds the shares of the leaf that a row falls into. */
export function addShares({ features, thresholds, next, shares }: Tree, row: Float32Array, into: Float32Array): void {
  let node = 0;
  while ((features[node] as number) >= 0) {
    const value = row[features[node] as number] as number;
    node = (next[node] as number) + (value > (thresholds[node] as number) ? 1 : 0);
  }
  const start = next[node] as number;
  for (let c = 0; c < into.length; c++) into[c] = (into[c] as number) + (shares[start + c] as number);
}

class Growth {
  readonly #binned: Binned;
  readonly #labels: Uint32Array;
  readonly #rows: Uint32Array;
  readonly #options: TreeOptions;
  readonly #total: number;
  readonly #order: Uint32Array;
  readonly #counts: Uint32Array;
  readonly #nodes: { feature: number; threshold: number; next: number }[] = [];
  readonly #shares: number[] = [];

  constructor(binned: Binned, labels: Uint32Array, rows: Uint32Array, options: TreeOptions) {
    this.#binned = binned;
    this.#labels = labels;
    this.#rows = rows;
    this.#options = options;
    this.#total = labels.length;
    this.#order = Uint32Array.from(binned.edges.keys());
    this.#counts = new Uint32Array(256 * options.classes);
  }

  grow(): Tree {
    this.#add();
    const open = [{ node: 0, from: 0, to: this.#rows.length }];
    for (let at = open.pop(); at; at = open.pop()) {
      const { node, from, to } = at;
      const split = this.#split(from, to);
      if (!split) {
        this.#close(node, from, to);
        continue;
      }
      const middle = this.#partition(from, to, split);
      const left = this.#add();
      const right = this.#add();
      const threshold = this.#binned.edges[split.feature]?.[split.bin] as number;
      this.#nodes[node] = { feature: split.feature, threshold, next: left };
      open.push({ node: right, from: middle, to }, { node: left, from, to: middle });
    }
    return {
      features: Int32Array.from(this.#nodes, ({ feature }) => feature),
      thresholds: Float32Array.from(this.#nodes, ({ threshold }) => threshold),
      next: Int32Array.from(this.#nodes, ({ next }) => next),
      shares: Float32Array.from(this.#shares),
    };
  }

  #add(): number {
    return this.#nodes.push({ feature: -1, threshold: 0, next: 0 }) - 1;
  }

  #close(node: number, from: number, to: number): void {
    this.#nodes[node] = { feature: -1, threshold: 0, next: this.#shares.length };
    const counts = this.#classCounts(from, to);
    for (const count of counts) this.#shares.push(count / (to - from));
  }

  #classCounts(from: number, to: number): Uint32Array {
    const counts = new Uint32Array(this.#options.classes);
    for (let i = from; i < to; i++) {
      const label = this.#labels[this.#rows[i] as number] as number;
      counts[label] = (counts[label] as number) + 1;
    }
    return counts;
  }

  /** The best of some features drawn by chance; draws on while all drawn ones are constant, as scikit-learn does. Null: a leaf. */
  #split(from: number, to: number): Split | null {
    const totals = this.#classCounts(from, to);
    if (totals.some((count) => count === to - from)) return null;
    const order = this.#order;
    let best: Split | null = null;
    let most = Number.NEGATIVE_INFINITY;
    for (let drawn = 0; drawn < order.length && (drawn < this.#options.tried || !best); drawn++) {
      const other = drawn + Math.floor(this.#options.random() * (order.length - drawn));
      const feature = order[other] as number;
      order[other] = order[drawn] as number;
      order[drawn] = feature;
      const found = this.#bestBin(feature, from, to, totals);
      if (found && found.score > most) {
        most = found.score;
        best = { feature, bin: found.bin };
      }
    }
    return best;
  }

  /** The split of a feature with the largest Σ n_side · Σ p², which is the least impurity. */
  #bestBin(feature: number, from: number, to: number, totals: Uint32Array): { bin: number; score: number } | null {
    const { classes } = this.#options;
    const codes = this.#binned.codes;
    const start = feature * this.#total;
    const counts = this.#counts;
    let [low, high] = [255, 0];
    for (let i = from; i < to; i++) {
      const code = codes[start + (this.#rows[i] as number)] as number;
      if (code < low) low = code;
      if (code > high) high = code;
    }
    if (low === high) return null;
    counts.fill(0, low * classes, (high + 1) * classes);
    for (let i = from; i < to; i++) {
      const row = this.#rows[i] as number;
      const at = (codes[start + row] as number) * classes + (this.#labels[row] as number);
      counts[at] = (counts[at] as number) + 1;
    }
    const left = new Float64Array(classes);
    let [bestBin, score, inLeft] = [-1, Number.NEGATIVE_INFINITY, 0];
    for (let bin = low; bin < high; bin++) {
      let [squaresLeft, squaresRight] = [0, 0];
      for (let c = 0; c < classes; c++) {
        const count = counts[bin * classes + c] as number;
        inLeft += count;
        const l = (left[c] as number) + count;
        left[c] = l;
        const r = (totals[c] as number) - l;
        squaresLeft += l * l;
        squaresRight += r * r;
      }
      if (inLeft === 0 || inLeft === to - from) continue;
      const value = squaresLeft / inLeft + squaresRight / (to - from - inLeft);
      if (value > score) [bestBin, score] = [bin, value];
    }
    return { bin: bestBin, score };
  }

  /** Rows of the left side first; returns where the right side begins. */
  #partition(from: number, to: number, { feature, bin }: Split): number {
    const start = feature * this.#total;
    let middle = from;
    for (let i = from; i < to; i++) {
      const row = this.#rows[i] as number;
      if ((this.#binned.codes[start + row] as number) > bin) continue;
      this.#rows[i] = this.#rows[middle] as number;
      this.#rows[middle] = row;
      middle++;
    }
    return middle;
  }
}
