import type { Estimate, MetricName } from '../../protocol/evaluation.ts';
import { mixSeed, type Random, seededRandom } from '../../random.ts';
import { binOf, CALIBRATION_BINS, calibrationError, reliability } from './calibration.ts';
import { figuresOfRankings, figuresOfTallies } from './figures.ts';
import { metricNames } from './metric-names.ts';
import { brierScores, logLosses, mean } from './probability.ts';
import type { Scored, Verdicts } from './scored.ts';
import { classScores, emptyTallies, type Tallies } from './tallies.ts';

export interface BootstrapOptions {
  /** Resamples; 1,000 tell a 95 % interval to about a fiftieth of its width. */
  samples: number;
  /** 0–1, e.g. 0.95. */
  level: number;
  seed: number;
  /** Draw as many images of each label as there are, instead of as many images as there are. */
  stratified: boolean;
  /** For top-k accuracy. */
  k: number;
}

export interface Bounds {
  low: number | null;
  high: number | null;
}

export type ClassFigure = 'precision' | 'recall' | 'f1' | 'rocAuc' | 'averagePrecision';

export interface BootstrapResult {
  metrics: Record<MetricName, Bounds>;
  /** [class] */
  classes: Record<ClassFigure, Bounds[]>;
  /** Resamples that the ranking figures were taken of: fewer than asked for where images × classes are many. */
  rankingSamples: number;
}

/** Weights × classes that ranking figures may cost: about five seconds. */
const RANKING_BUDGET = 2e9;
const FEWEST_RANKING_SAMPLES = 100;
/** Probabilities of a class are told apart by rank up to this many different ones, beyond by equally filled bins. */
const RANK_BINS = 2048;
/** Of the resamples a figure must be defined in. */
const DEFINED_SHARE = 0.5;

const BOOTSTRAP = 0xb007;

/**
 * Percentile intervals (Efron 1979) of every figure, by drawing images with replacement: each resample is a count per image, and
 * all figures of it are sums over those counts. The interval of the calibration error is the spread of its resamples put around
 * the measured value, because resampling itself makes bins less even. Same seed, same bounds.
 */
export function bootstrap(scored: Scored, verdicts: Verdicts, options: BootstrapOptions): BootstrapResult {
  const { classes, labels } = scored;
  const images = labels.length;
  const { samples, k } = options;
  const ranking = Math.min(
    samples,
    Math.max(FEWEST_RANKING_SAMPLES, Math.floor(RANKING_BUDGET / (images * classes || 1))),
  );
  const columns = new Columns(samples, classes);
  if (images > 0) {
    const random = seededRandom(mixSeed(options.seed, BOOTSTRAP));
    const draw = options.stratified ? stratifiedDraw(labels, classes, random) : plainDraw(images, random);
    const losses = logLosses(verdicts);
    const briers = brierScores(scored);
    const bins = Uint8Array.from(verdicts.confidence, (value) => binOf(value, CALIBRATION_BINS));
    const ranks = rankBins(scored);
    const counts = new Uint32Array(images);
    for (let sample = 0; sample < samples; sample++) {
      counts.fill(0);
      draw(counts);
      const sums = sumUp(scored, verdicts, { counts, losses, briers, bins, k });
      columns.add(sample, sums);
      if (sample < ranking) columns.addRanking(sample, sums.tallies, rankFigures(ranks, counts));
    }
  }
  const bounds = columns.bounds(options.level, ranking);
  const measured = calibrationError(reliability(verdicts));
  const centred = around(bounds.metrics.ece, columns.meanOf('ece'), measured);
  return { ...bounds, metrics: { ...bounds.metrics, ece: centred }, rankingSamples: ranking };
}

/** Bounds moved so that the resamples' mean comes to lie on the measured value; not below 0. */
function around({ low, high }: Bounds, center: number, measured: number | null): Bounds {
  if (low === null || high === null || measured === null) return { low: null, high: null };
  return { low: Math.max(0, low - center + measured), high: high - center + measured };
}

/** A value with its bounds. */
export function estimate(value: number | null, { low, high }: Bounds): Estimate {
  return value === null ? { value: null, low: null, high: null } : { value, low, high };
}

/** Bounds of the middle `level` of the values, interpolated as numpy does; undefined ones left out. */
export function percentiles(values: Float64Array | Float32Array, level: number): Bounds {
  const defined = values.filter((value) => !Number.isNaN(value)).sort();
  if (defined.length === 0 || defined.length < values.length * DEFINED_SHARE) return { low: null, high: null };
  const at = (share: number) => {
    const place = share * (defined.length - 1);
    const below = Math.floor(place);
    const low = defined[below] as number;
    return low + (place - below) * ((defined[Math.min(defined.length - 1, below + 1)] as number) - low);
  };
  return { low: at((1 - level) / 2), high: at((1 + level) / 2) };
}

interface Sums {
  tallies: Tallies;
  hits: number;
  loss: number;
  brier: number;
  ece: number;
}

function sumUp(
  { classes, labels }: Scored,
  { predicted, rank, confidence }: Verdicts,
  parts: { counts: Uint32Array; losses: Float64Array; briers: Float64Array; bins: Uint8Array; k: number },
): Sums {
  const { counts, losses, briers, bins, k } = parts;
  const tallies = emptyTallies(classes);
  const gaps = new Float64Array(CALIBRATION_BINS);
  let hits = 0;
  let loss = 0;
  let brier = 0;
  let images = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] as number;
    if (count === 0) continue;
    const label = labels[i] as number;
    const right = rank[i] === 0;
    images += count;
    (tallies.labelled[label] as number) += count;
    (tallies.predicted[predicted[i] as number] as number) += count;
    if (right) (tallies.correct[label] as number) += count;
    if ((rank[i] as number) < k) hits += count;
    loss += count * (losses[i] as number);
    brier += count * (briers[i] as number);
    (gaps[bins[i] as number] as number) += count * ((right ? 1 : 0) - (confidence[i] as number));
  }
  tallies.images = images;
  return {
    tallies,
    hits: hits / images,
    loss: loss / images,
    brier: brier / images,
    ece: gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / images,
  };
}

type Draw = (counts: Uint32Array) => void;

function plainDraw(images: number, random: Random): Draw {
  return (counts) => {
    for (let i = 0; i < images; i++) (counts[Math.floor(random() * images)] as number) += 1;
  };
}

function stratifiedDraw(labels: Int32Array, classes: number, random: Random): Draw {
  const members = membersOf(labels, classes);
  return (counts) => {
    for (const own of members) {
      for (let i = 0; i < own.length; i++) (counts[own[Math.floor(random() * own.length)] as number] as number) += 1;
    }
  };
}

interface RankBins {
  /** [class][image]: place of the image's probability among all of that class, as a bin. */
  bins: Uint16Array[];
  /** [class], number of bins. */
  sizes: number[];
  /** [class], positions of its images. */
  members: Int32Array[];
}

function rankBins({ classes, labels, probabilities }: Scored): RankBins {
  const images = labels.length;
  const sizes: number[] = [];
  const bins = Array.from({ length: classes }, (_, k) => {
    const column = Float32Array.from({ length: images }, (__, i) => probabilities[i * classes + k] as number);
    const edges = edgesOf(column.slice().sort());
    sizes.push(edges.length);
    return Uint16Array.from(column, (value) => place(edges, value));
  });
  return { bins, sizes, members: membersOf(labels, classes) };
}

function membersOf(labels: Int32Array, classes: number): Int32Array[] {
  const lists: number[][] = Array.from({ length: classes }, () => []);
  labels.forEach((label, i) => {
    lists[label]?.push(i);
  });
  return lists.map((list) => Int32Array.from(list));
}

/** The distinct values, or as many quantiles as there are bins. @param sorted rising */
function edgesOf(sorted: Float32Array): Float32Array {
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  if (distinct.length <= RANK_BINS) return distinct;
  const quantiles = Float32Array.from(
    { length: RANK_BINS },
    (_, i) => sorted[Math.floor((i / RANK_BINS) * sorted.length)] as number,
  );
  return quantiles.filter((value, i) => i === 0 || value !== quantiles[i - 1]);
}

/** The last edge that is not above the value. */
function place(edges: Float32Array, value: number): number {
  let low = 0;
  let high = edges.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((edges[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface RankFigures {
  /** [class], null where undefined. */
  auc: (number | null)[];
  averagePrecision: (number | null)[];
}

function rankFigures({ bins, sizes, members }: RankBins, counts: Uint32Array): RankFigures {
  const classes = bins.length;
  const auc = new Array<number | null>(classes).fill(null);
  const averagePrecision = new Array<number | null>(classes).fill(null);
  const all = new Float64Array(Math.max(1, ...sizes));
  const own = new Float64Array(all.length);
  bins.forEach((column, k) => {
    const size = sizes[k] as number;
    all.fill(0, 0, size);
    own.fill(0, 0, size);
    for (let i = 0; i < column.length; i++) (all[column[i] as number] as number) += counts[i] as number;
    for (const i of members[k] as Int32Array) (own[column[i] as number] as number) += counts[i] as number;
    let truePositives = 0;
    let falsePositives = 0;
    let area = 0;
    let precision = 0;
    for (let bin = size - 1; bin >= 0; bin--) {
      const newTrue = own[bin] as number;
      const newFalse = (all[bin] as number) - newTrue;
      area += newFalse * (truePositives + newTrue / 2);
      truePositives += newTrue;
      falsePositives += newFalse;
      if (newTrue) precision += newTrue * (truePositives / (truePositives + falsePositives));
    }
    if (truePositives && falsePositives) auc[k] = area / (truePositives * falsePositives);
    if (truePositives) averagePrecision[k] = precision / truePositives;
  });
  return { auc, averagePrecision };
}

const rankingMetrics: readonly MetricName[] = [
  'rocAucMacro',
  'rocAucWeighted',
  'averagePrecisionMacro',
  'averagePrecisionWeighted',
];
const classFigures: readonly ClassFigure[] = ['precision', 'recall', 'f1', 'rocAuc', 'averagePrecision'];
const rankingFigures: readonly ClassFigure[] = ['rocAuc', 'averagePrecision'];

/** Every figure of every resample; NaN where undefined. */
class Columns {
  readonly #samples: number;
  readonly #classes: number;
  readonly #metrics: Record<MetricName, Float64Array>;
  /** [class, sample] of each figure. */
  readonly #ofClasses: Record<ClassFigure, Float32Array>;

  constructor(samples: number, classes: number) {
    this.#samples = samples;
    this.#classes = classes;
    this.#metrics = forEachMetric(() => new Float64Array(samples).fill(Number.NaN));
    this.#ofClasses = forEachFigure(() => new Float32Array(samples * classes).fill(Number.NaN));
  }

  add(sample: number, { tallies, hits, loss, brier, ece }: Sums): void {
    this.#set(sample, { ...figuresOfTallies(tallies), topK: hits, logLoss: loss, brier, ece });
    for (let k = 0; k < this.#classes; k++) {
      const { precision, recall, f1 } = classScores(tallies, k);
      this.#setClass(k, sample, { precision, recall, f1 });
    }
  }

  addRanking(sample: number, { labelled }: Tallies, { auc, averagePrecision }: RankFigures): void {
    this.#set(sample, figuresOfRankings(auc, averagePrecision, labelled));
    for (let k = 0; k < this.#classes; k++) {
      this.#setClass(k, sample, { rocAuc: auc[k] ?? null, averagePrecision: averagePrecision[k] ?? null });
    }
  }

  /** @param ranking resamples that the ranking figures were taken of */
  bounds(level: number, ranking: number): Omit<BootstrapResult, 'rankingSamples'> {
    const taken = (isRanking: boolean) => (isRanking ? ranking : this.#samples);
    const metrics = forEachMetric((name) =>
      percentiles(this.#metrics[name].subarray(0, taken(rankingMetrics.includes(name))), level),
    );
    const classes = forEachFigure((name) =>
      Array.from({ length: this.#classes }, (_, k) => {
        const start = k * this.#samples;
        const end = start + taken(rankingFigures.includes(name));
        return percentiles(this.#ofClasses[name].subarray(start, end), level);
      }),
    );
    return { metrics, classes };
  }

  meanOf(name: MetricName): number {
    return mean(this.#metrics[name]) ?? Number.NaN;
  }

  #set(sample: number, values: Partial<Record<MetricName, number | null>>): void {
    for (const name of metricNames) {
      const value = values[name];
      if (value !== undefined) this.#metrics[name][sample] = value ?? Number.NaN;
    }
  }

  #setClass(k: number, sample: number, values: Partial<Record<ClassFigure, number | null>>): void {
    for (const name of classFigures) {
      const value = values[name];
      if (value !== undefined) this.#ofClasses[name][k * this.#samples + sample] = value ?? Number.NaN;
    }
  }
}

function forEachMetric<Value>(make: (name: MetricName) => Value): Record<MetricName, Value> {
  return Object.fromEntries(metricNames.map((name) => [name, make(name)])) as Record<MetricName, Value>;
}

function forEachFigure<Value>(make: (name: ClassFigure) => Value): Record<ClassFigure, Value> {
  return Object.fromEntries(classFigures.map((name) => [name, make(name)])) as Record<ClassFigure, Value>;
}
