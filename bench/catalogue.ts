// The catalogue of a data set of a million images: its first scan, scans after changes and their memory; then what the panels ask
// `loupe inspect --lines`, timed at the pipe, and its memory.
// `node bench/catalogue.ts [rows]`. The images that are scanned are bitmaps of one pixel that a manifest names by way of many links to
// their folder; those that are asked for are rows only: there are no files behind them.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Catalogue } from '../src/catalogue/catalogue.ts';
import { openCatalogue, refreshDecisions } from '../src/catalogue/open-catalogue.ts';
import { overviewOf } from '../src/catalogue/overview.ts';
import { cliFile } from '../src/entries.ts';
import type { CatalogueLine, CatalogueRequest } from '../src/protocol/catalogue.ts';
import { defaultThresholds } from '../src/protocol/findings.ts';
import { onePixel, writeManyImages } from '../test/integration/catalogue/many-images.ts';
import { writeResult } from './result-file.ts';

const REPEATS = 9;
const rows = Number(process.argv[2] ?? 1_000_000);

async function measure(): Promise<void> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-bench-'));
  try {
    const scans = scanAll(path.join(folder, 'many'), path.join(folder, 'scan-cache'));
    const cacheFolder = path.join(folder, 'cache');
    const source = path.join(folder, 'data');
    fs.mkdirSync(path.join(source, 'a'), { recursive: true });
    fs.writeFileSync(path.join(source, 'a', 'one.bmp'), onePixel(255, 255, 255));
    const catalogue = await openCatalogue(source, { cacheFolder });
    const started = performance.now();
    fill(catalogue, rows);
    const filled = (performance.now() - started) / 1000;
    refreshDecisions(catalogue, source, {});
    const beforeOverview = performance.now();
    overviewOf(catalogue);
    const firstOverviewMs = performance.now() - beforeOverview;
    catalogue.close();
    const bytes = fs
      .readdirSync(path.join(cacheFolder, 'catalogue'))
      .reduce((sum, name) => sum + fs.statSync(path.join(cacheFolder, 'catalogue', name)).size, 0);
    const server = await Server.start(source, cacheFolder);
    const questions = await ask(server);
    const memory = server.memory();
    server.child.stdin?.end();
    writeResult('catalogue', {
      rows,
      load: os.loadavg().map((value) => Math.round(value * 10) / 10),
      scans,
      fillSeconds: round(filled),
      databaseMegabytes: Math.round(bytes / 1e6),
      firstOverviewMs: round(firstOverviewMs),
      openMs: round(server.openMs),
      memory,
      questions,
    });
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

interface Scan {
  name: string;
  seconds: number;
  peakMegabytes: number | null;
}

/** Each in a process of its own, with Node's own limits. */
function scanAll(folder: string, cacheFolder: string): Scan[] {
  const manifest = writeManyImages(folder, rows);
  const script = fileURLToPath(new URL('../test/integration/catalogue/scan-process.ts', import.meta.url));
  const scan = (name: string): Scan => {
    const answer = execFileSync(process.execPath, [script, manifest, cacheFolder], { encoding: 'utf8' });
    const { seconds, peakMegabytes } = JSON.parse(answer) as Omit<Scan, 'name'>;
    process.stderr.write(`${name}: ${round(seconds)} s, ${Math.round(peakMegabytes ?? 0)} MB at most\n`);
    return { name, seconds: round(seconds), peakMegabytes: peakMegabytes && Math.round(peakMegabytes) };
  };
  const scans = [scan('first'), scan('nothing has changed')];
  const middle = path.join(folder, 'link-00050');
  fs.rmSync(middle);
  fs.mkdirSync(middle);
  for (let i = 0; i < 50; i++) fs.writeFileSync(path.join(middle, `${i}.bmp`), onePixel(i, 0, 0));
  return [...scans, scan('50 images have changed and 50 are gone')];
}

interface Question {
  name: string;
  /** First one of its version: the order has to be computed. Then the median of more like it. */
  firstMs: number;
  nextMs: number;
}

async function ask(server: Server): Promise<Question[]> {
  const all = { text: '' };
  const byBlur = { text: '', sort: { field: 'blur' as const, descending: false } };
  const query = { text: 'class:class-7 blur<0.3 -split:test', sort: { field: 'bytes' as const, descending: true } };
  const grouped = { text: '', group: 'class' as const, sort: { field: 'confidence' as const, descending: false } };
  const page = (asked: Extract<CatalogueRequest, { type: 'page' }>['query'], offset: number): CatalogueRequest => ({
    type: 'page',
    query: asked,
    offset,
    limit: 200,
  });
  const thresholds = (dark: number) => ({ ...defaultThresholds, dark });
  const cases: [string, (i: number) => CatalogueRequest][] = [
    ['first page', (i) => page(all, i * 200)],
    ['page in the middle', (i) => page(all, rows / 2 + i * 200)],
    ['sorted by sharpness: pages', (i) => page(byBlur, i * 200)],
    ['sorted by sharpness: pages in the middle', (i) => page(byBlur, rows / 2 + i * 200)],
    ['query of three terms, sorted by bytes: pages', (i) => page(query, i * 200)],
    ['grouped by class, sorted by confidence: pages', (i) => page(grouped, rows / 3 + i * 200)],
    ['groups of classes', () => ({ type: 'groups', query: grouped })],
    ['images with an issue: pages', (i) => page({ text: 'issue:any' }, i * 200)],
    [
      'histogram of brightness by split',
      (i) => ({ type: 'histogram', query: all, field: 'brightness', bins: 40 + i, by: 'split' }),
    ],
    [
      'scatter of size and aspect, 20,000 points',
      (i) => ({ type: 'scatter', query: all, x: 'size', y: 'aspect', limit: 20_000 - i }),
    ],
    ['map, 20,000 points', (i) => ({ type: 'map', query: all, color: 'class', limit: 20_000 - i })],
    [
      'counts of all issues at other thresholds',
      (i) => ({ type: 'issueCounts', thresholds: thresholds(0.3 + i / 100) }),
    ],
    [
      'dark images: pages',
      (i) => ({ type: 'issues', kind: 'dark', thresholds: defaultThresholds, query: all, offset: i * 50, limit: 50 }),
    ],
    [
      'near duplicates: pages',
      (i) => ({
        type: 'issues',
        kind: 'near-duplicate',
        thresholds: defaultThresholds,
        query: all,
        offset: i * 50,
        limit: 50,
      }),
    ],
    ['image detail', (i) => ({ type: 'image', id: 1000 * i })],
    ['overview', () => ({ type: 'overview' })],
  ];
  const questions: Question[] = [];
  for (const [name, request] of cases) {
    const times: number[] = [];
    for (let i = 0; i <= REPEATS; i++) times.push(await server.time(request(i)));
    const [first = 0, ...next] = times;
    const sorted = next.sort((a, b) => a - b);
    questions.push({ name, firstMs: round(first), nextMs: round(sorted[sorted.length >> 1] ?? 0) });
    process.stderr.write(`${name}: ${round(first)} ms, then ${round(sorted[sorted.length >> 1] ?? 0)} ms\n`);
  }
  return questions;
}

/** Rows as a real set has them: a hundred classes in three splits, all measured, labels, a map, pairs; values by a fixed hash of the id. */
function fill(catalogue: Catalogue, count: number): void {
  const noise = (salt: number) => `(((n * 2654435761 + ${salt} * 40503) % 1000003) / 1000003.0)`;
  const split = "CASE n % 10 WHEN 0 THEN 'test' WHEN 1 THEN 'validation' ELSE 'train' END";
  const numbers = `WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ${count})`;
  const name = `'class-' || (n * 100 / ${count})`;
  catalogue.writeImages(true, () => {
    catalogue.db.exec(`
      DELETE FROM images;
      ${numbers} INSERT INTO images
        SELECT n, printf('%s/%s/%08d.jpg', ${split}, ${name}, n), ${split} || '/' || ${name}, ${name}, ${split}, 'jpeg',
          320 + n % 300, 240 + n % 200, 3, sqrt((320 + n % 300) * (240 + n % 200)), (320 + n % 300) * 1.0 / (240 + n % 200),
          20000 + n % 90000, 1.7e12 + n, printf('%032x', n), ${noise(1)}, 0.3 + 0.7 * ${noise(2)}, 0.03 + 0.97 * ${noise(3)},
          ${noise(4)}, ${noise(5)}, 360 * ${noise(6)}, '#808080', 0.25 + 0.75 * ${noise(7)}, 0.28 + 0.5 * ${noise(8)}, 0, NULL,
          n % 50 = 0, printf('%016x', n * 2654435761), NULL
        FROM numbers;
      ${numbers} INSERT INTO labels SELECT n, ${noise(9)}, ${name}, ${noise(10)}, ${noise(9)}, ${noise(9)}, ${noise(11)}, n % 30 = 0, n % 45 = 0,
        NULL, ${noise(12)} * 0.2, NULL FROM numbers;
      ${numbers} INSERT INTO map SELECT n, ${noise(13)}, ${noise(14)} FROM numbers;
      ${numbers} INSERT INTO outliers SELECT n, ${noise(15)} FROM numbers;
      ${numbers} INSERT INTO pairs SELECT n, n + 1, 'near-duplicate', n % 9, 0.95 FROM numbers WHERE n % 20 = 0 AND n + 1 < ${count};
    `);
    const classes = Array.from({ length: 100 }, (_, i) => `class-${i}`).sort();
    const facts = { ...catalogue.facts, classes, splits: ['train', 'validation', 'test'] };
    catalogue.setMeta('facts', JSON.stringify(facts));
    catalogue.setMeta(
      'labels',
      JSON.stringify({ how: 'bench', network: 'none', classes, noise: 0.1, pairs: [], images: count }),
    );
    catalogue.setMeta('map', JSON.stringify({ method: 'pca', network: 'none' }));
  });
}

class Server {
  readonly child: ChildProcess;
  openMs = 0;
  #waiting = new Map<number, () => void>();
  #id = 0;

  private constructor(child: ChildProcess) {
    this.child = child;
  }

  static async start(source: string, cacheFolder: string): Promise<Server> {
    const started = performance.now();
    const child = spawn(process.execPath, [cliFile(), 'inspect', source, '--lines', '--quick'], {
      env: { ...process.env, LOUPE_CACHE: cacheFolder },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const server = new Server(child);
    await new Promise<void>((resolve) => {
      createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (text) => {
        const line = JSON.parse(text) as CatalogueLine;
        if ('ready' in line) resolve();
        else if ('error' in line) throw new Error(line.error.message);
        else if ('answer' in line) server.#waiting.get(line.id)?.();
      });
    });
    server.openMs = performance.now() - started;
    return server;
  }

  /** Milliseconds from the question to the parsed answer. */
  async time(request: CatalogueRequest): Promise<number> {
    const id = ++this.#id;
    const started = performance.now();
    const answered = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    this.child.stdin?.write(`${JSON.stringify({ id, request })}\n`);
    await answered;
    return performance.now() - started;
  }

  /** Of the process, megabytes; null where the system does not tell. */
  memory(): { nowMegabytes: number; mostMegabytes: number } | null {
    try {
      const status = fs.readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      const of = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1000);
      return { nowMegabytes: of('VmRSS'), mostMegabytes: of('VmHWM') };
    } catch {
      return null;
    }
  }
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

await measure();
