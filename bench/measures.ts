// Measures of images: images a second beside the same measures in Python (Pillow and NumPy, `measures_peer.py`), with as many workers on
// as many cores, in turns in the same run; and how many made faults the finders see. `node bench/measures.ts [images]`.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { measureImages } from '../src/catalogue/measure-images.ts';
import { openCatalogue } from '../src/catalogue/open-catalogue.ts';
import { pythonPeer } from '../test/python-peers.ts';
import { sharedData } from '../test/shared-data.ts';
import { finderQuality, scoreQuality } from './finder-quality.ts';
import { writeResult } from './result-file.ts';

const ROUNDS = 3;
const LARGE_IMAGES = 300;
const FAULTY_IMAGES = 300;
const PUBLISHED_BLURRY = 0.29;
const peer = fileURLToPath(new URL('./measures_peer.py', import.meta.url));

if (process.argv[2] === '--ours') await measureOurs(process.argv[3] as string, Number(process.argv[4]));
else await compare(Number(process.argv[2] ?? 1500));

async function compare(images: number): Promise<void> {
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-bench-'));
  try {
    execFileSync(pythonPeer(), ['-m', 'zipfile', '-e', sharedData('intel-scenes-100px.zip'), temporary]);
    const all = imagesBelow(path.join(temporary, 'intel-scenes', 'train'));
    const small = all.filter((_, i) => i % Math.ceil(all.length / images) === 0);
    const large = await enlarge(
      all.filter((_, i) => i % Math.ceil(all.length / LARGE_IMAGES) === 0),
      temporary,
    );
    const sets = [
      { name: 'Intel scenes, 100 × 100 JPEG', files: small },
      { name: 'the same enlarged to 800 × 600 JPEG', files: large },
    ];
    const workers = [1, 2].filter((count) => count <= os.availableParallelism());
    const rates = sets.flatMap(({ name, files }) =>
      workers.map((count) => compareRates(name, files, count, temporary)),
    );
    const faultyOf = all.filter((_, i) => i % Math.ceil(all.length / FAULTY_IMAGES) === 0);
    const quality = await finderQuality(faultyOf);
    const publishedBlur = await scoreQuality('blurry', faultyOf, (files) => publishedScores(files, temporary));
    const versions = execFileSync(
      pythonPeer(),
      ['-c', 'import PIL, numpy; print(PIL.__version__, numpy.__version__)'],
      {
        encoding: 'utf8',
      },
    );
    const [pillow, numpy] = versions.trim().split(' ');
    const rounded = quality.map((row) => ({
      ...row,
      precision: round(row.precision, 3),
      recall: round(row.recall, 3),
    }));
    writeResult('measures', {
      load: os.loadavg().map((value) => round(value, 1)),
      rounds: ROUNDS,
      pillow,
      numpy,
      rates,
      quality: rounded,
      publishedBlur,
    });
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/** Which files cleanvision's blur score calls blurry. */
function publishedScores(files: string[], temporary: string): boolean[] {
  const list = path.join(temporary, 'blur.txt');
  fs.writeFileSync(list, files.join('\n'));
  const scores = JSON.parse(execFileSync(pythonPeer(), [peer, 'blur', list], { encoding: 'utf8' })) as number[];
  return scores.map((score) => score < PUBLISHED_BLURRY);
}

function compareRates(name: string, files: string[], workers: number, temporary: string) {
  const list = path.join(temporary, 'list.txt');
  fs.writeFileSync(list, files.join('\n'));
  const rounds = Array.from({ length: ROUNDS }, () => {
    const ours = onCores(workers, process.execPath, [fileURLToPath(import.meta.url), '--ours', list, String(workers)]);
    const theirs = onCores(workers, pythonPeer(), [peer, 'rate', String(workers), list]);
    return { ours, theirs, ratio: ours.rate / theirs.rate, cpuRatio: theirs.cpu / ours.cpu };
  });
  const row = {
    name,
    images: files.length,
    workers,
    loupeImagesPerSecond: Math.round(median(rounds.map(({ ours }) => ours.rate))),
    pythonImagesPerSecond: Math.round(median(rounds.map(({ theirs }) => theirs.rate))),
    ratio: round(median(rounds.map(({ ratio }) => ratio)), 2),
    ratios: rounds.map(({ ratio }) => round(ratio, 2)),
    loupeCpuMsAnImage: round(median(rounds.map(({ ours }) => ours.cpu)), 2),
    pythonCpuMsAnImage: round(median(rounds.map(({ theirs }) => theirs.cpu)), 2),
    cpuRatio: round(median(rounds.map(({ cpuRatio }) => cpuRatio)), 2),
  };
  process.stderr.write(`${JSON.stringify(row)}\n`);
  return row;
}

interface Speed {
  /** Images a second. */
  rate: number;
  /** Milliseconds of processor time an image: what other work on the machine disturbs less. */
  cpu: number;
}

/** Runs a command that prints its `Speed` on so many cores, so that a pool of threads behind the workers is no advantage. */
function onCores(count: number, command: string, args: string[]): Speed {
  const hasTaskset = process.platform === 'linux';
  const [file, ...rest] = hasTaskset ? ['taskset', '-c', `0-${count - 1}`, command, ...args] : [command, ...args];
  const env = {
    ...process.env,
    UV_THREADPOOL_SIZE: String(2 * count),
    OMP_NUM_THREADS: '1',
    OPENBLAS_NUM_THREADS: '1',
  };
  return JSON.parse(execFileSync(file as string, rest, { encoding: 'utf8', env })) as Speed;
}

/** The whole way of `loupe inspect`: from the files into the catalogue; the scan before it is not timed. */
async function measureOurs(list: string, workers: number): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-bench-'));
  try {
    const files = fs.readFileSync(list, 'utf8').split('\n');
    const manifest = path.join(folder, 'manifest.csv');
    fs.writeFileSync(manifest, ['path,label', ...files.map((file) => `${file},some`)].join('\n'));
    const catalogue = await openCatalogue(manifest, { cacheFolder: path.join(folder, 'cache') });
    const started = performance.now();
    const before = process.cpuUsage();
    await measureImages(catalogue, { workers });
    const rate = (files.length / (performance.now() - started)) * 1000;
    const { user, system } = process.cpuUsage(before);
    catalogue.close();
    process.stdout.write(JSON.stringify({ rate, cpu: (user + system) / 1000 / files.length } satisfies Speed));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function imagesBelow(folder: string): string[] {
  const names = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => name.endsWith('.jpg'))
    .sort()
    .map((name) => path.join(folder, name));
}

async function enlarge(files: string[], temporary: string): Promise<string[]> {
  const folder = path.join(temporary, 'large');
  fs.mkdirSync(folder);
  const made: string[] = [];
  for (const [i, file] of files.entries()) {
    made.push(path.join(folder, `${i}.jpg`));
    await sharp(file)
      .resize(800, 600, { fit: 'fill' })
      .jpeg({ quality: 90 })
      .toFile(path.join(folder, `${i}.jpg`));
  }
  return made;
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
