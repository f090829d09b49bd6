import type { Neighbours } from '../../evaluation/probes/nearest.ts';
import { mixSeed, type Random, seededRandom } from '../../random.ts';

/** Of 1 / (1 + a·d^2b), fitted for a least distance of 0.1 and a spread of 1, as the published implementation has by default. */
const A = 1.5769;
const B = 0.8951;
const NEGATIVE_SAMPLES = 5;
const REPULSION_GUARD = 0.001;
const LARGEST_STEP = 4;
/** Images up to which more epochs are made. */
const SMALL = 10_000;

interface Graph {
  from: Int32Array;
  to: Int32Array;
  /** 0–1, the largest is 1. */
  weights: Float32Array;
}

export interface UmapOptions {
  seed: number;
  /** Default: 500 for up to 10,000 images, else 200. */
  epochs?: number;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Places images on a plane so that neighbours stay neighbours (McInnes, Healy, Melville 2018): the fuzzy union of the neighbourhoods,
 * laid out by attraction along its edges and repulsion of random others. Equal arguments give equal maps.
 * @param start [image, 2], e.g. the first two principal components
 * @returns [image, 2]
 * @throws the signal's reason when aborted
 */
export function umap(neighbours: Neighbours, start: Float32Array, options: UmapOptions): Float32Array {
  const images = start.length / 2;
  const epochs = options.epochs ?? (images <= SMALL ? 500 : 200);
  const graph = pruned(fuzzyUnion(neighbours), epochs);
  const random = seededRandom(mixSeed(options.seed, images));
  const places = scaledStart(start, random);
  const { from, to, weights } = graph;
  const next = Float64Array.from(weights, (weight) => 1 / weight);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    options.signal?.throwIfAborted();
    const rate = 1 - (epoch - 1) / epochs;
    for (let edge = 0; edge < weights.length; edge++) {
      if ((next[edge] as number) > epoch) continue;
      const i = from[edge] as number;
      attract(places, i, to[edge] as number, rate);
      for (let s = 0; s < NEGATIVE_SAMPLES; s++) {
        const other = Math.floor(random() * images);
        if (other !== i) repel(places, i, other, rate);
      }
      next[edge] = (next[edge] as number) + 1 / (weights[edge] as number);
    }
    options.onProgress?.(epoch, epochs);
  }
  return places;
}

/** Weight of each directed edge, so that those of an image sum to log2(k); then the probabilistic union of both directions. */
function fuzzyUnion({ positions, similarities, k }: Neighbours): Graph {
  const images = positions.length / k;
  const directed = new Map<number, number>();
  for (let i = 0; i < images; i++) {
    const distances: number[] = [];
    for (let at = i * k; at < (i + 1) * k && (positions[at] as number) >= 0; at++) {
      distances.push(Math.max(0, 1 - (similarities[at] as number)));
    }
    const nearest = distances.find((distance) => distance > 0) ?? 0;
    const width = bandwidth(distances, nearest, Math.log2(k));
    distances.forEach((distance, rank) => {
      const j = positions[i * k + rank] as number;
      directed.set(i * images + j, distance <= nearest ? 1 : Math.exp(-(distance - nearest) / width));
    });
  }
  const from: number[] = [];
  const to: number[] = [];
  const weights: number[] = [];
  for (const [key, weight] of directed) {
    const [i, j] = [Math.floor(key / images), key % images];
    const back = directed.get(j * images + i) ?? 0;
    const union = weight + back - weight * back;
    from.push(i);
    to.push(j);
    weights.push(union);
    if (back === 0) {
      from.push(j);
      to.push(i);
      weights.push(union);
    }
  }
  return { from: Int32Array.from(from), to: Int32Array.from(to), weights: Float32Array.from(weights) };
}

/** σ for which Σ exp(−max(0, d − nearest) / σ) = target, by bisection. */
function bandwidth(distances: number[], nearest: number, target: number): number {
  let [low, high, width] = [0, Number.POSITIVE_INFINITY, 1];
  for (let step = 0; step < 64; step++) {
    const sum = distances.reduce((total, d) => total + Math.exp(-Math.max(0, d - nearest) / width), 0);
    if (Math.abs(sum - target) < 1e-5) break;
    if (sum > target) high = width;
    else low = width;
    width = Number.isFinite(high) ? (low + high) / 2 : width * 2;
  }
  const mean = distances.reduce((total, d) => total + d, 0) / Math.max(1, distances.length);
  return Math.max(width, 1e-3 * mean, 1e-12);
}

/** Without the edges that are too weak to be drawn once. */
function pruned({ from, to, weights }: Graph, epochs: number): Graph {
  const largest = weights.reduce((most, weight) => Math.max(most, weight), 0);
  const kept = Int32Array.from([...weights.keys()].filter((edge) => (weights[edge] as number) >= largest / epochs));
  return {
    from: kept.map((edge) => from[edge] as number),
    to: kept.map((edge) => to[edge] as number),
    weights: Float32Array.from(kept, (edge) => (weights[edge] as number) / largest),
  };
}

/** At most 10 from the centre on each axis, and no two at the same place. */
function scaledStart(start: Float32Array, random: Random): Float32Array {
  const largest = start.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return start.map((value) => (largest > 0 ? (10 * value) / largest : 0) + 1e-4 * (random() - 0.5));
}

function attract(places: Float32Array, i: number, j: number, rate: number): void {
  const [dx, dy] = difference(places, i, j);
  const squared = dx * dx + dy * dy;
  if (squared === 0) return;
  const power = squared ** B;
  const force = (-2 * A * B * (power / squared)) / (1 + A * power);
  move(places, i, rate * clipped(force * dx), rate * clipped(force * dy));
  move(places, j, -rate * clipped(force * dx), -rate * clipped(force * dy));
}

function repel(places: Float32Array, i: number, j: number, rate: number): void {
  const [dx, dy] = difference(places, i, j);
  const squared = dx * dx + dy * dy;
  const force = (2 * B) / ((REPULSION_GUARD + squared) * (1 + A * squared ** B));
  if (squared === 0) move(places, i, rate * LARGEST_STEP, rate * LARGEST_STEP);
  else move(places, i, rate * clipped(force * dx), rate * clipped(force * dy));
}

function difference(places: Float32Array, i: number, j: number): [number, number] {
  return [
    (places[2 * i] as number) - (places[2 * j] as number),
    (places[2 * i + 1] as number) - (places[2 * j + 1] as number),
  ];
}

function move(places: Float32Array, i: number, dx: number, dy: number): void {
  places[2 * i] = (places[2 * i] as number) + dx;
  places[2 * i + 1] = (places[2 * i + 1] as number) + dy;
}

function clipped(value: number): number {
  return Math.max(-LARGEST_STEP, Math.min(LARGEST_STEP, value));
}
