// What an evaluation costs: metrics of 100,000 images × 100 classes beside scikit-learn's (figures equal), the bootstrap of all of them,
// and images per second of each engine's predictor beside PyTorch's evaluation of the same network, in the same run.
// Usage: node bench/evaluate.ts [images of the throughput, default 512]; writes bench/results/evaluate.json.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chooseEngine } from '../src/engines/choose.ts';
import type { EngineName } from '../src/engines/engine.ts';
import { bootstrap } from '../src/evaluation/metrics/bootstrap.ts';
import { calibrationError, reliability } from '../src/evaluation/metrics/calibration.ts';
import { confusionPairs } from '../src/evaluation/metrics/confusion.ts';
import { brierScores, logLosses, mean, topKAccuracy } from '../src/evaluation/metrics/probability.ts';
import { averageOver, rankClasses } from '../src/evaluation/metrics/ranking.ts';
import { judge, type Scored } from '../src/evaluation/metrics/scored.ts';
import {
  accuracy,
  averageScores,
  balancedAccuracy,
  classScores,
  cohensKappa,
  matthews,
  tally,
} from '../src/evaluation/metrics/tallies.ts';
import { fitTemperature } from '../src/evaluation/metrics/temperature.ts';
import { buildModel } from '../src/models/build.ts';
import { seededRandom } from '../src/random.ts';
import { defaultConfig } from '../src/training/config.ts';
import { pythonPeer, pythonPeersFolder } from '../test/python-peers.ts';
import { writeResult } from './result-file.ts';

process.env.LOUPE_TENSORFLOW ??= pythonPeersFolder();
const peer = fileURLToPath(new URL('evaluate_peer.py', import.meta.url));
const throughputImages = Number(process.argv[2] ?? 512);
const IMAGES = 100_000;
const CLASSES = 100;
const SIDE = 64;
const BATCH = 64;
const ROUNDS = 3;

const metrics = measureMetrics();
const throughput = await measureThroughput();
writeResult('evaluate', { metrics, throughput });

function measureMetrics() {
  const scored = invented();
  const ours = best(() => ownFigures(scored));
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-bench-evaluate-'));
  try {
    fs.writeFileSync(path.join(folder, 'labels.i32'), scored.labels);
    fs.writeFileSync(path.join(folder, 'probabilities.f32'), scored.probabilities);
    const runs = Array.from({ length: ROUNDS }, () =>
      askPeer<PeerMetrics>(['metrics', folder, String(IMAGES), String(CLASSES)]),
    );
    const theirs = runs.reduce((least, run) => (run.seconds < least.seconds ? run : least));
    const differences = Object.entries(theirs.figures).map(
      ([name, value]) => [name, Math.abs(value - (ours.value[name] ?? Number.NaN))] as const,
    );
    const largest = differences.reduce((most, one) => (one[1] > most[1] ? one : most));
    const intervals = best(
      () => bootstrap(scored, judge(scored), { samples: 1000, level: 0.95, seed: 1, stratified: false, k: 5 }),
      1,
    );
    return {
      images: IMAGES,
      classes: CLASSES,
      loupeSeconds: ours.seconds,
      scikitLearnSeconds: theirs.seconds,
      ratio: theirs.seconds / ours.seconds,
      figures: ours.value,
      largestDifference: { metric: largest[0], value: largest[1] },
      bootstrap: {
        seconds: intervals.seconds,
        samples: 1000,
        rankingSamples: intervals.value.rankingSamples,
        accuracy: intervals.value.metrics.accuracy,
      },
      temperatureSeconds: best(() => fitTemperature(scored), 1).seconds,
    };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function ownFigures(scored: Scored): Record<string, number> {
  const verdicts = judge(scored);
  const tallies = tally(CLASSES, scored.labels, verdicts.predicted);
  const rankings = rankClasses(scored);
  for (let k = 0; k < CLASSES; k++) classScores(tallies, k);
  confusionPairs(CLASSES, scored.labels, verdicts.predicted);
  calibrationError(reliability(verdicts));
  const figures = {
    accuracy: accuracy(tallies),
    balancedAccuracy: balancedAccuracy(tallies),
    topK: topKAccuracy(verdicts, 5),
    f1Macro: averageScores(tallies, 'macro').f1,
    f1Weighted: averageScores(tallies, 'weighted').f1,
    kappa: cohensKappa(tallies),
    mcc: matthews(tallies),
    logLoss: mean(logLosses(verdicts)),
    brier: mean(brierScores(scored)),
    rocAucMacro: averageOver(rankings.map(({ auc }) => auc)),
    averagePrecisionMacro: averageOver(rankings.map(({ averagePrecision }) => averagePrecision)),
  };
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, value ?? Number.NaN]));
}

/** PyTorch before, between and after the engines: the best of all its rounds counts, as it does for each engine. */
async function measureThroughput() {
  const args = ['torch', throughputImages, SIDE, CLASSES, BATCH, os.availableParallelism()].map(String);
  const askTorch = () => askPeer<{ imagesPerSecond: number; version: string }>(args);
  const torch = [askTorch()];
  const rates: ({ engine: string; label: string; imagesPerSecond: number } | null)[] = [];
  for (const name of ['tensorflow', 'wasm'] satisfies EngineName[]) {
    const rate = await rateOf(name);
    rates.push(rate && { engine: name, ...rate });
    torch.push(askTorch());
  }
  const pyTorch = torch.reduce((most, one) => (one.imagesPerSecond > most.imagesPerSecond ? one : most));
  const engines = rates
    .filter((rate) => rate !== null)
    .map((rate) => ({ ...rate, toPyTorch: rate.imagesPerSecond / pyTorch.imagesPerSecond }));
  return { network: 'ResNet-18, 64 px, float32', batch: BATCH, images: throughputImages, pyTorch, engines };
}

/** Null where the engine does not start here. */
async function rateOf(name: EngineName): Promise<{ label: string; imagesPerSecond: number } | null> {
  try {
    const { engine } = await chooseEngine({ ...defaultConfig.engine, name });
    const config = { ...defaultConfig.model, architecture: 'resnet18' as const };
    const model = buildModel(config, { width: SIDE, height: SIDE, channels: 3, classes: CLASSES, seed: 1 });
    const predictor = await engine.createPredictor(model, { mean: [0, 0, 0], std: [1, 1, 1] });
    const random = seededRandom(1);
    const pixels = Uint8Array.from({ length: BATCH * SIDE * SIDE * 3 }, () => random() * 256);
    const batch = { pixels, labels: new Int32Array(BATCH), size: BATCH };
    await predictor.predict(batch);
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const started = performance.now();
      for (let done = 0; done < throughputImages; done += BATCH) await predictor.predict(batch);
      rates.push(throughputImages / ((performance.now() - started) / 1000));
    }
    predictor.dispose();
    model.dispose();
    await engine.dispose();
    return { label: engine.info.label, imagesPerSecond: Math.max(...rates) };
  } catch (error) {
    process.stderr.write(`${name}: ${(error as Error).message}\n`);
    return null;
  }
}

/** A network that is right three times of four, unsure in its own way about each image. */
function invented(): Scored {
  const random = seededRandom(7);
  const labels = Int32Array.from({ length: IMAGES }, () => Math.floor(random() * CLASSES));
  const probabilities = new Float32Array(IMAGES * CLASSES);
  const shares = new Float64Array(CLASSES);
  labels.forEach((label, i) => {
    let total = 0;
    for (let k = 0; k < CLASSES; k++) {
      shares[k] = Math.exp(4 * random() + (k === label ? 5 * random() : 0));
      total += shares[k] as number;
    }
    for (let k = 0; k < CLASSES; k++) probabilities[i * CLASSES + k] = (shares[k] as number) / total;
  });
  return { classes: CLASSES, labels, probabilities };
}

interface PeerMetrics {
  seconds: number;
  figures: Record<string, number>;
}

function askPeer<Answer>(args: string[]): Answer {
  const text = execFileSync(pythonPeer(), [peer, ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  return JSON.parse(text) as Answer;
}

function best<Value>(work: () => Value, rounds = ROUNDS): { seconds: number; value: Value } {
  let least = Number.POSITIVE_INFINITY;
  let value: Value | undefined;
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    value = work();
    least = Math.min(least, (performance.now() - started) / 1000);
  }
  return { seconds: least, value: value as Value };
}
