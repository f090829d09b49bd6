// Decode + resize, images a second: Loupe beside Pillow, with the same number of workers, in turns in the same run.
// `node bench/decode.ts [workers]`. Pillow is installed into a virtual environment in the cache folder.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { cacheRoot } from '../src/files.ts';
import { decodeImage } from '../src/images/decode.ts';
import type { DecodeSettings } from '../src/images/preprocess.ts';
import { writeResult } from './result-file.ts';

const ROUNDS = 3;

interface Case {
  name: string;
  folder: string;
  settings: DecodeSettings;
}

if (process.argv[2] === '--ours') await measureOurs(process.argv[3] as string, JSON.parse(process.argv[4] as string));
else await compare(Number(process.argv[2] ?? os.availableParallelism()));

async function compare(workers: number): Promise<void> {
  const python = pillow();
  const temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-bench-'));
  try {
    const scenes = unpackScenes(python, temporary);
    const photographs = await enlarge(scenes, path.join(temporary, 'photographs'));
    const square = (side: number): DecodeSettings => ({ width: side, height: side, color: 'rgb', resize: 'crop' });
    const cases: Case[] = [
      { name: 'Intel scenes, 100 × 100 JPEG, to 64', folder: scenes, settings: square(64) },
      { name: 'the same enlarged to 800 × 600, to 64', folder: photographs, settings: square(64) },
      { name: 'the same enlarged to 800 × 600, to 224', folder: photographs, settings: square(224) },
    ];
    const rows = cases.map((item) => compareCase(item, workers, python));
    const version = execFileSync(python, ['-c', 'import PIL; print(PIL.__version__)'], { encoding: 'utf8' }).trim();
    writeResult('decode', { workers, rounds: ROUNDS, pillow: version, sharp: sharp.versions.sharp, rows });
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

function compareCase({ name, folder, settings }: Case, workers: number, python: string) {
  const list = path.join(folder, 'list.txt');
  const rounds = Array.from({ length: ROUNDS }, () => {
    const ours = Number(
      execFileSync(process.execPath, [fileURLToPath(import.meta.url), '--ours', list, JSON.stringify(settings)], {
        encoding: 'utf8',
        env: { ...process.env, UV_THREADPOOL_SIZE: String(workers) },
      }),
    );
    const script = fileURLToPath(new URL('./decode-pillow.py', import.meta.url));
    const theirs = Number(
      execFileSync(python, [script, list, String(settings.width), String(workers)], { encoding: 'utf8' }),
    );
    return { ours, theirs, ratio: ours / theirs };
  });
  return {
    name,
    loupeImagesPerSecond: Math.round(median(rounds.map((round) => round.ours))),
    pillowImagesPerSecond: Math.round(median(rounds.map((round) => round.theirs))),
    ratio: Number(median(rounds.map((round) => round.ratio)).toFixed(2)),
    ratios: rounds.map((round) => Number(round.ratio.toFixed(2))),
  };
}

/** Prints images a second over the listed files, after a warm-up. */
async function measureOurs(list: string, settings: DecodeSettings): Promise<void> {
  const files = fs.readFileSync(list, 'utf8').trim().split('\n');
  const decodeAll = async (some: string[]) => {
    let next = 0;
    const worker = async () => {
      for (let file = some[next++]; file; file = some[next++]) {
        await decodeImage(await fs.promises.readFile(file), settings);
      }
    };
    await Promise.all(Array.from({ length: 2 * Number(process.env.UV_THREADPOOL_SIZE) }, worker));
  };
  await decodeAll(files.slice(0, 200));
  const start = performance.now();
  await decodeAll(files);
  process.stdout.write(String((files.length / (performance.now() - start)) * 1000));
}

function pillow(): string {
  const environment = path.join(cacheRoot(), 'bench-python');
  const python = path.join(environment, 'bin', 'python');
  if (!fs.existsSync(python)) execFileSync('python3', ['-m', 'venv', environment], { stdio: 'inherit' });
  try {
    execFileSync(python, ['-c', 'import PIL'], { stdio: 'ignore' });
  } catch {
    execFileSync(python, ['-m', 'pip', '--quiet', 'install', 'pillow'], { stdio: ['ignore', 2, 2] });
  }
  return python;
}

function unpackScenes(python: string, temporary: string): string {
  const data = process.env.LOUPE_TEST_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url));
  execFileSync(python, ['-m', 'zipfile', '-e', path.join(data, 'intel-scenes-100px.zip'), temporary]);
  const folder = path.join(temporary, 'intel-scenes');
  const names = fs.readdirSync(folder, { recursive: true }) as string[];
  const files = names.filter((name) => name.endsWith('.jpg')).map((name) => path.join(folder, name));
  fs.writeFileSync(path.join(folder, 'list.txt'), files.sort().join('\n'));
  return folder;
}

/** Four hundred of the scenes at the size of a photograph from the web. */
async function enlarge(scenes: string, folder: string): Promise<string> {
  fs.mkdirSync(folder);
  const all = fs.readFileSync(path.join(scenes, 'list.txt'), 'utf8').split('\n');
  const files = all.filter((_, i) => i % Math.ceil(all.length / 400) === 0);
  const made: string[] = [];
  for (const [i, file] of files.entries()) {
    const target = path.join(folder, `${i}.jpg`);
    await sharp(file).resize(800, 600, { fit: 'fill' }).jpeg({ quality: 90 }).toFile(target);
    made.push(target);
  }
  fs.writeFileSync(path.join(folder, 'list.txt'), made.join('\n'));
  return folder;
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
