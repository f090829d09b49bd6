// Training images per second of the wasm engine with 1 and 2 threads, of Keras on TensorFlow where LOUPE_BENCH_PYTHON (or the
// tests' TensorFlow) has it, and of TensorFlow.js's own cpu backend, the one stock backend that trains with nothing installed.
// All take turns in one run, each in its own process. Usage: node bench/train.ts [rounds] [steps a round]; writes bench/results/train.json.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { pythonPeersFolder } from '../test/python-peers.ts';
import { writeResult } from './result-file.ts';
import type { StepsJob } from './train-steps.ts';

const [rounds = 5, steps = 4] = process.argv.slice(2).map(Number);

type Workload = Omit<StepsJob, 'engine' | 'warmUp'> & { name: string };

const workloads: Workload[] = [
  { name: 'ResNet-18 64 px, batch 32, SGD', architecture: 'resnet18', side: 64, batch: 32, optimizer: 'sgd' },
  { name: 'small CNN 64 px, batch 32, AdamW', architecture: 'small-cnn', side: 64, batch: 32, optimizer: 'adamw' },
  { name: 'small CNN 32 px, batch 64, AdamW', architecture: 'small-cnn', side: 32, batch: 64, optimizer: 'adamw' },
];

interface Timed {
  ms: number[];
  rss: number;
  cpuMs?: number;
}

/** One process that trains the same network on the same number of images. */
class Contestant {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly medians: number[] = [];
  rss = 0;
  cpuMs = Number.POSITIVE_INFINITY;

  constructor(command: string, args: string[]) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  }

  async ask<T>(text: string): Promise<T> {
    this.#child.stdin?.write(`${text}\n`);
    return JSON.parse((await this.#lines.next()).value as string) as T;
  }

  async time(count: number): Promise<void> {
    const { ms, rss, cpuMs } = await this.ask<Timed>(String(count));
    this.medians.push(median(ms));
    this.rss = Math.max(this.rss, rss);
    this.cpuMs = Math.min(this.cpuMs, cpuMs ?? Number.POSITIVE_INFINITY);
  }

  end(): void {
    this.#child.stdin?.end();
  }
}

const python = pythonWithKeras();
const results = [];
for (const workload of workloads) results.push(await compare(workload));
writeResult('train', { rounds, stepsARound: steps, results });

async function compare({ name, ...workload }: Workload) {
  const contestants = new Map<string, Contestant>();
  const versions: Record<string, string> = {};
  let topology: unknown;
  for (const threads of [1, 2]) {
    const key = `wasm, ${threads} ${threads > 1 ? 'threads' : 'thread'}`;
    const one = new Contestant(process.execPath, [sourcePath('./train-steps.ts')]);
    const job: StepsJob = {
      ...workload,
      engine: { name: 'wasm', threads, adapter: '', precision: 'float32' },
      warmUp: 3,
    };
    const said = await one.ask<{ version: string; topology: unknown }>(JSON.stringify(job));
    [versions[key], topology] = [said.version, said.topology];
    contestants.set(key, one);
  }
  if (python) {
    const keras = new Contestant(python, [sourcePath('./keras_steps.py')]);
    const { batch, optimizer } = workload;
    versions.keras = (await keras.ask<{ version: string }>(JSON.stringify({ topology, batch, optimizer }))).version;
    contestants.set('keras', keras);
  }
  for (let round = 0; round < rounds; round++) for (const one of contestants.values()) await one.time(steps);
  const ours = contestants.get('wasm, 2 threads') as Contestant;
  const stock = await stockStep(workload);
  const figures = [...contestants].map(([key, one]) => ({
    contestant: versions[key] ?? key,
    msPerStep: round1(median(one.medians)),
    fastestMsPerStep: round1(Math.min(...one.medians)),
    ...(Number.isFinite(one.cpuMs) && { processorMsPerStep: round1(one.cpuMs) }),
    imagesPerSecond: round1((1000 * workload.batch) / median(one.medians)),
    rssMiB: one.rss,
    /** Its time over that of our engine with 2 threads, the median of the rounds. */
    timesOurs: round2(median(one.medians.map((ms, i) => ms / (ours.medians[i] as number)))),
  }));
  for (const one of contestants.values()) one.end();
  const perImage = median(ours.medians) / workload.batch;
  const result = {
    name,
    figures,
    stockCpuBackend: { msPerImage: Math.round(stock), timesOurs: Math.round(stock / perImage) },
  };
  process.stderr.write(`${name}: ${figures.map((one) => `${one.msPerStep} ms (${one.contestant})`).join('; ')}\n`);
  return result;
}

/** Milliseconds an image of one step of TensorFlow.js's cpu backend at batch 1. */
async function stockStep(workload: Omit<Workload, 'name'>): Promise<number> {
  const stock = new Contestant(process.execPath, [sourcePath('./train-steps.ts')]);
  const job: StepsJob = {
    ...workload,
    batch: 1,
    engine: { name: 'cpu', threads: 1, adapter: '', precision: 'float32' },
    warmUp: 0,
  };
  await stock.ask(JSON.stringify(job));
  await stock.time(1);
  stock.end();
  return stock.medians[0] as number;
}

function pythonWithKeras(): string | null {
  const candidates = [process.env.LOUPE_BENCH_PYTHON ?? '', path.join(pythonPeersFolder(), 'bin', 'python')];
  return candidates.find((file) => file !== '' && fs.existsSync(file)) ?? null;
}

function sourcePath(name: string): string {
  return path.join(import.meta.dirname, name);
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
