// Transfer learning on Intel scenes beside PyTorch and scikit-learn with the same weights (MobileNetV2 1.0): test accuracy by images a class.
// Figures are of the 900 held-out test images, by the weights of the last epoch. One choice was made by looking at them: how the last layer
// begins (src/models/head.ts), at 60 images a class, seeds 1 and 2; larger sets and seed 3 had no part in it.
//   node bench/transfer.ts [--only probe,svm-linear,svm-rbf,frozen,fastai,keras,scratch,speed] [--images 60,200,500] [--seeds 3] [--side 128]
//     [--who loupe,pytorch] [--engine tensorflow] [--minutes 30]: begin nothing more after that time
// What is in bench/results/transfer.json already is not measured again: stop it at any time and go on later.
import { execFile, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { openDataSet } from '../src/dataset/open.ts';
import type { ImageRecord } from '../src/dataset/types.ts';
import { embedImages } from '../src/embedding/embed.ts';
import { openEmbeddingNetwork } from '../src/embedding/network.ts';
import { chooseEngine } from '../src/engines/choose.ts';
import { wasmMaker } from '../src/engines/wasm/maker.ts';
import type { Algorithm } from '../src/evaluation/classifiers/classifier.ts';
import { logisticRegression } from '../src/evaluation/classifiers/logistic-regression.ts';
import { linearMachine, radialMachine } from '../src/evaluation/classifiers/svm/support-vectors.ts';
import { argmax } from '../src/evaluation/metrics.ts';
import { jobFiles } from '../src/jobs/job.ts';
import { mixSeed, permutation, seededRandom } from '../src/random.ts';
import type { EngineConfig } from '../src/training/config.ts';
import type { RunReport } from '../src/training/report.ts';
import { pythonPeer, pythonPeersFolder } from '../test/python-peers.ts';
import { sharedData } from '../test/shared-data.ts';
import { describeMachine } from './machine.ts';

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: 'speed,probe,svm-linear,svm-rbf,frozen,keras,fastai,scratch' },
    images: { type: 'string', default: '60,200,500' },
    seeds: { type: 'string', default: '3' },
    side: { type: 'string', default: '128' },
    who: { type: 'string', default: 'loupe,pytorch' },
    engine: { type: 'string', default: 'tensorflow' },
    minutes: { type: 'string', default: 'Infinity' },
  },
});

/** One figure. `kind` is a recipe, a classifier on features, or `speed`: features of images a second. */
interface Figure {
  kind: string;
  who: string;
  side: number;
  perClass: number;
  seed: number;
  accuracy?: number;
  imagesPerSecond?: number;
  /** Other work on the machine is part of it. */
  seconds?: number;
  load: number;
}

/** Epochs of a network that begins at random. */
const SCRATCH_EPOCHS = 12;
const classifiers: Record<string, [Algorithm, setting: number]> = {
  probe: [logisticRegression, 0.01],
  'svm-linear': [linearMachine, 1],
  'svm-rbf': [radialMachine, 1],
};
const recipes: Record<string, string[]> = {
  frozen: ['--recipe', 'transfer-frozen'],
  fastai: ['--recipe', 'transfer-finetune'],
  keras: ['--recipe', 'transfer-keras'],
  scratch: [
    'model.architecture=mobilenet-v2',
    'input.normalize=imagenet',
    `training.epochs=${SCRATCH_EPOCHS}`,
    'training.learningRate=0.002',
    'augment.flip.horizontal=0.5',
    'augment.crop.probability=1',
  ].flatMap((set) => ['--set', set]),
};

const root = path.resolve(import.meta.dirname, '..');
const resultFile = path.join(root, 'bench', 'results', 'transfer.json');
const weights = sharedData('weights', 'mobilenet_v2-1.0-imagenet.pth');
const side = Number(options.side);
const cache = path.join(os.tmpdir(), 'loupe-transfer-cache');
const environment = { ...process.env, LOUPE_TENSORFLOW: pythonPeersFolder(), LOUPE_CACHE: cache };
process.env.LOUPE_TENSORFLOW = environment.LOUPE_TENSORFLOW;
process.env.LOUPE_CACHE = cache;
const engineConfig: EngineConfig = {
  name: options.engine as EngineConfig['name'],
  threads: 0,
  adapter: '',
  precision: 'float32',
};

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-transfer-'));
const end = performance.now() + Number(options.minutes) * 60_000;
try {
  execFileSync('unzip', ['-q', sharedData('intel-scenes-100px.zip'), '-d', scratch]);
  const kinds = options.only.split(',');
  if (kinds.includes('speed')) await measureAll({ kind: 'speed', side, perClass: 500, seed: 1 });
  for (const perClass of options.images.split(',').map(Number)) {
    for (let seed = 1; seed <= Number(options.seeds); seed++) {
      for (const kind of kinds) if (kind !== 'speed') await measureAll({ kind, side, perClass, seed });
    }
  }
  process.stdout.write(`${JSON.stringify(tableOf(load()), null, 2)}\n`);
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}

async function measureAll(asked: Omit<Figure, 'load' | 'who'>): Promise<void> {
  for (const who of options.who.split(',')) await measure({ ...asked, who });
}

async function measure(asked: Omit<Figure, 'load'>): Promise<void> {
  const isSame = (one: Figure) => Object.entries(asked).every(([key, value]) => one[key as keyof Figure] === value);
  if (performance.now() > end || load().some(isSame)) return;
  const manifest = subset(asked.perClass, asked.seed);
  const found = asked.who === 'pytorch' ? await askPeer({ ...asked, manifest }) : await measureOurs(asked, manifest);
  const figure: Figure = { ...asked, ...found, load: Math.round((os.loadavg()[0] ?? 0) * 10) / 10 };
  save([...load(), figure]);
  process.stderr.write(`${JSON.stringify(figure)}\n`);
}

/** A manifest of so many training images of each class, by chance, and all test images. */
function subset(perClass: number, seed: number): string {
  const folder = path.join(scratch, 'intel-scenes');
  const lines = ['path,label,split'];
  for (const split of ['train', 'test']) {
    for (const [at, label] of fs.readdirSync(path.join(folder, split)).sort().entries()) {
      const files = fs.readdirSync(path.join(folder, split, label)).sort();
      const order = permutation(files.length, seededRandom(mixSeed(seed, at)));
      const chosen = split === 'test' ? files : [...order.subarray(0, perClass)].map((i) => files[i] as string);
      for (const file of chosen) lines.push(`${split}/${label}/${file},${label},${split}`);
    }
  }
  const manifest = path.join(folder, `${perClass}-${seed}.csv`);
  fs.writeFileSync(manifest, `${lines.join('\n')}\n`);
  return manifest;
}

async function askPeer(job: object): Promise<Partial<Figure>> {
  const child = spawn(pythonPeer(), [path.join(root, 'bench', 'transfer_peer.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(`${JSON.stringify({ ...job, weights, epochs: SCRATCH_EPOCHS })}\n`);
  let text = '';
  for await (const part of child.stdout) text += part;
  return JSON.parse(text) as Partial<Figure>;
}

async function measureOurs({ kind, seed }: Omit<Figure, 'load'>, manifest: string): Promise<Partial<Figure>> {
  if (kind === 'speed') return await speedOf(manifest);
  const classifier = classifiers[kind];
  return classifier
    ? await classify(manifest, classifier, seed)
    : await train(manifest, recipes[kind] ?? [], { kind, seed });
}

async function train(
  manifest: string,
  recipe: string[],
  { kind, seed }: { kind: string; seed: number },
): Promise<Partial<Figure>> {
  const sets = [
    `input.width=${side}`,
    `input.height=${side}`,
    `seed=${seed}`,
    `engine.name=${options.engine}`,
    'data.validation=0',
  ];
  if (kind !== 'scratch') sets.push(`model.weights=${weights}`);
  const given = [
    'train',
    manifest,
    ...recipe,
    ...sets.flatMap((set) => ['--set', set]),
    '--runs',
    path.join(scratch, 'runs'),
    '--json',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(root, 'src', 'cli.ts'), ...given], {
    env: environment,
    maxBuffer: 1e8,
  });
  const { run } = JSON.parse(stdout) as { run: { folder: string } };
  const report = JSON.parse(fs.readFileSync(path.join(run.folder, jobFiles.report), 'utf8')) as RunReport;
  fs.rmSync(run.folder, { recursive: true });
  return { accuracy: report.metrics.testAccuracy ?? Number.NaN, seconds: Math.round(report.seconds * 10) / 10 };
}

async function described(manifest: string, cacheFolder?: string) {
  const data = await openDataSet(manifest);
  const { engine } = await chooseEngine(engineConfig);
  try {
    const network = await openEmbeddingNetwork(weights, { side });
    // The first batch makes the graph; the decoder's cache is warmed so that the network is what is measured.
    const started = performance.now();
    const embeddings = await embedImages(engine, network, data, cacheFolder === undefined ? {} : { cacheFolder });
    network.dispose();
    return { data, embeddings, seconds: (performance.now() - started) / 1000 };
  } finally {
    await engine.dispose();
  }
}

async function speedOf(manifest: string): Promise<Partial<Figure>> {
  await described(manifest, path.join(scratch, 'first'));
  const { embeddings, seconds } = await described(manifest, path.join(scratch, 'second'));
  return { imagesPerSecond: embeddings.indices.length / seconds };
}

async function classify(
  manifest: string,
  [algorithm, setting]: [Algorithm, number],
  seed: number,
): Promise<Partial<Figure>> {
  const started = performance.now();
  const { data, embeddings } = await described(manifest);
  const { features, size, indices } = embeddings;
  const part = (split: string) => {
    const rows = [...indices.keys()].filter((row) => imageOf(row).split === split);
    const chosen = new Float32Array(rows.length * size);
    rows.forEach((row, i) => {
      chosen.set(features.subarray(row * size, (row + 1) * size), i * size);
    });
    return {
      features: chosen,
      size,
      labels: Uint32Array.from(rows, (row) => imageOf(row).label),
      classes: data.classes.length,
    };
  };
  const imageOf = (row: number) => data.images[indices[row] as number] as ImageRecord;
  const [known, held] = [part('train'), part('test')];
  const engine = await wasmMaker.start({ threads: 0 });
  try {
    const fitting = algorithm.begin(known, { seed });
    const probabilities = fitting.fit(setting).probabilities(held.features);
    fitting.dispose();
    const classes = known.classes;
    const right = held.labels.filter(
      (label, i) => argmax(probabilities.subarray(i * classes, (i + 1) * classes)) === label,
    );
    return { accuracy: right.length / held.labels.length, seconds: (performance.now() - started) / 1000 };
  } finally {
    await engine.dispose();
  }
}

/** Means over the seeds, and the mean difference in points of accuracy over those that both have. */
function tableOf(figures: Figure[]) {
  const keys = [...new Set(figures.map(({ kind, side, perClass }) => JSON.stringify({ kind, side, perClass })))];
  return keys.map((key) => {
    const asked = JSON.parse(key) as Pick<Figure, 'kind' | 'side' | 'perClass'>;
    const valuesOf = (who: string) =>
      new Map(
        figures
          .filter(
            (one) =>
              one.who === who && JSON.stringify({ kind: one.kind, side: one.side, perClass: one.perClass }) === key,
          )
          .map(({ seed, accuracy, imagesPerSecond }) => [seed, accuracy ?? imagesPerSecond ?? Number.NaN]),
      );
    const [ours, peers] = [valuesOf('loupe'), valuesOf('pytorch')];
    const both = [...ours].flatMap(([seed, value]): [number, number][] => {
      const other = peers.get(seed);
      return other === undefined ? [] : [[value, other]];
    });
    const compared =
      asked.kind === 'speed'
        ? { ratio: meanOf(both.map(([one, other]) => one / other)) }
        : { points: meanOf(both.map(([one, other]) => 100 * (one - other))) };
    const seeds = { loupe: ours.size, pytorch: peers.size, both: both.length };
    return { ...asked, seeds, loupe: meanOf([...ours.values()]), pytorch: meanOf([...peers.values()]), ...compared };
  });
}

/** null for none. */
function meanOf(values: number[]): number | null {
  if (values.length === 0) return null;
  return Number((values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(4));
}

function load(): Figure[] {
  if (!fs.existsSync(resultFile)) return [];
  return (JSON.parse(fs.readFileSync(resultFile, 'utf8')) as { figures: Figure[] }).figures;
}

function save(figures: Figure[]): void {
  const result = { date: new Date().toISOString(), machine: describeMachine(), table: tableOf(figures), figures };
  fs.writeFileSync(`${resultFile}.new`, `${JSON.stringify(result, null, 2)}\n`);
  fs.renameSync(`${resultFile}.new`, resultFile);
}
