import path from 'node:path';
import { readOverlay } from '../dataset/journal/overlay.ts';
import { openDataSet } from '../dataset/open.ts';
import type { DataSet, ImageRecord, ScanProgress } from '../dataset/types.ts';
import { chooseEngine } from '../engines/choose.ts';
import {
  type AlgorithmComparison,
  compareAlgorithms,
  type FeatureSet,
  sampleByClass,
} from '../evaluation/classifiers/compare.ts';
import { Problem } from '../problem.ts';
import type { NetworkUsed } from '../protocol/baseline.ts';
import type { EngineConfig } from '../training/config.ts';
import { describeImages, type Embeddings, type EmbedOptions, embedImages } from './embed.ts';
import { type HandmadeName, handmadeDescription, handmadeTitle } from './handmade.ts';
import { type NetworkChoice, openEmbeddingNetwork } from './network.ts';

export interface WhichOptions extends NetworkChoice {
  /** File of weights, name of the zoo, or folder of a run; undefined: only features that need none. */
  weights?: string | undefined;
  features: readonly HandmadeName[];
  /** Images that the algorithms are compared on at most; the others sit out. */
  limit: number;
  seed: number;
  engine: EngineConfig;
  onScan?: (progress: ScanProgress) => void;
  onEmbed?: (done: number, total: number) => void;
  onCompare?: (title: string, done: number, total: number) => void;
  onSkipped?: (path: string, message: string) => void;
  signal?: AbortSignal;
}

export interface WhichReport {
  source: string;
  classes: string[];
  /** Images of the data set; the comparison says how many of them it used. */
  total: number;
  comparison: AlgorithmComparison;
  /** null: only features that need none. */
  network: NetworkUsed | null;
  /** What described the images, as a user reads it. */
  engine: string;
}

/** Images that a class needs at least: fewer leave folds without one. */
const LEAST_PER_CLASS = 5;

/**
 * Compares the classic algorithms on a data set, by a network's features and by ones that need none.
 * @throws Problem of `openDataSet` and `openEmbeddingNetwork`, `too-few-images`, `no-engine`; the signal's reason when aborted
 */
export async function whichAlgorithm(source: string, options: WhichOptions): Promise<WhichReport> {
  const { onScan, signal } = options;
  const data = await openDataSet(path.resolve(source), {
    journal: readOverlay(source),
    ...(onScan && { onProgress: onScan }),
    ...(signal && { signal }),
  });
  assertEnough(data);
  const chosen = sampleByClass(
    data.images.map(({ label }) => label),
    options.limit,
    options.seed,
  );
  const sampled = { root: data.root, images: [...chosen].map((i) => data.images[i] as ImageRecord) };
  const { described, network, engine } = await describeAll(sampled, options);
  const kept = intersect(described.map(({ embeddings }) => embeddings.indices));
  const images = [...kept].map((i) => sampled.images[i] as ImageRecord);
  const sets = described.map(({ name, embeddings, describeMs }) => ({
    name,
    describeMs,
    size: embeddings.size,
    features: rowsOf(embeddings, kept),
  }));
  // The matrices are multiplied by the wasm backend: TensorFlow's engine leaves TensorFlow.js with its plain one.
  const { wasmMaker } = await import('../engines/wasm/maker.ts');
  const multiplier = await wasmMaker.start({ threads: options.engine.threads });
  try {
    const comparison = compareAlgorithms(sets satisfies FeatureSet[], images, {
      classes: data.classes.length,
      seed: options.seed,
      ...(options.onCompare && { onProgress: options.onCompare }),
      ...(signal && { signal }),
    });
    return { source: data.root, classes: data.classes, total: data.images.length, comparison, network, engine };
  } finally {
    await multiplier.dispose();
  }
}

interface DescribedSet {
  name: string;
  embeddings: Embeddings;
  describeMs: number | null;
}

async function describeAll(
  data: { root: string; images: ImageRecord[] },
  options: WhichOptions,
): Promise<{ described: DescribedSet[]; network: NetworkUsed | null; engine: string }> {
  const { onEmbed, onSkipped, signal } = options;
  const skipped = new Set<number>();
  const settings: EmbedOptions = {
    onFailed: ({ index, message }) => {
      if (!skipped.has(index)) onSkipped?.(data.images[index]?.path ?? '', message);
      skipped.add(index);
    },
    ...(onEmbed && { onProgress: onEmbed }),
    ...(signal && { signal }),
  };
  const described: DescribedSet[] = [];
  let used: NetworkUsed | null = null;
  let label = 'WebAssembly';
  if (options.weights !== undefined) {
    const { engine } = await chooseEngine(options.engine);
    label = engine.info.label;
    try {
      const network = await openEmbeddingNetwork(options.weights, options);
      const { name, preprocess } = network;
      used = { name, weights: options.weights, width: preprocess.width, height: preprocess.height };
      described.push(await timed(name, () => embedImages(engine, network, data, settings)));
      network.dispose();
    } finally {
      await engine.dispose();
    }
  }
  for (const name of options.features) {
    described.push(await timed(handmadeTitle(name), () => describeImages(handmadeDescription(name), data, settings)));
  }
  return { described, network: used, engine: label };
}

async function timed(name: string, describe: () => Promise<Embeddings>): Promise<DescribedSet> {
  const started = performance.now();
  const embeddings = await describe();
  const computed = embeddings.indices.length - embeddings.cached;
  return { name, embeddings, describeMs: computed > 0 ? (performance.now() - started) / computed : null };
}

function assertEnough({ images, classes }: DataSet): void {
  const counts = new Uint32Array(classes.length);
  for (const { label } of images) counts[label] = (counts[label] as number) + 1;
  const least = counts.indexOf(Math.min(...counts));
  if (classes.length >= 2 && (counts[least] as number) >= LEAST_PER_CLASS) return;
  throw new Problem(
    'too-few-images',
    classes.length < 2
      ? `The data set has ${classes.length === 1 ? 'one class' : 'no classes'}; there is nothing to tell apart.`
      : `The class "${classes[least]}" has ${counts[least]} images; to be compared algorithms need ${LEAST_PER_CLASS} of each.`,
    'Add images, or leave the class out.',
  );
}

/** Positions that are in all lists. */
function intersect(lists: readonly Uint32Array[]): Uint32Array {
  const [first = new Uint32Array(), ...others] = lists;
  const sets = others.map((list) => new Set(list));
  return first.filter((i) => sets.every((set) => set.has(i)));
}

function rowsOf({ features, size, indices }: Embeddings, kept: Uint32Array): Float32Array {
  if (kept.length === indices.length) return features;
  const places = new Map([...indices].map((index, row) => [index, row]));
  const result = new Float32Array(kept.length * size);
  kept.forEach((index, i) => {
    const row = places.get(index) as number;
    result.set(features.subarray(row * size, (row + 1) * size), i * size);
  });
  return result;
}
