// Weight files of every format with changed bytes: each is read, or refused in words; never anything else, within bounds of time and memory.
// Usage: node bench/fuzz-weights.ts [files, default 10000] [seed, default 1]; writes bench/results/fuzz-weights.json.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { wasmMaker } from '../src/engines/wasm/maker.ts';
import { seededRandom } from '../src/random.ts';
import { mutate, tryWeights, writeSamples } from '../test/weight-fuzz.ts';
import { writeResult } from './result-file.ts';

const files = Number(process.argv[2] ?? 10_000);
const seed = Number(process.argv[3] ?? 1);

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-fuzz-'));
const engine = await wasmMaker.start({ threads: 1 });
const started = performance.now();
const samples = writeSamples(folder);
const random = seededRandom(seed);
const counts: Record<string, { read: number; refused: number }> = {};
const faults: { format: string; file: number; error: string }[] = [];
let slowest = { seconds: 0, format: '' };
let mostMebibytes = 0;
for (const { format } of samples) counts[format] = { read: 0, refused: 0 };
await assertSound();
const before = process.memoryUsage().rss;
for (let i = 0; i < files; i++) {
  // The first line without another after it tells where a reader waits without end: run it again with this seed.
  if (i % 500 === 0) process.stderr.write(`${i} files, ${Math.round((performance.now() - started) / 1000)} s\n`);
  const sample = samples[i % samples.length] as (typeof samples)[number];
  const changed = path.join(sample.folder, sample.files[Math.floor(random() * sample.files.length)] as string);
  const bytes = fs.readFileSync(changed);
  fs.writeFileSync(changed, mutate(bytes, random));
  const start = performance.now();
  try {
    const outcome = await tryWeights(path.join(sample.folder, sample.target), engine);
    (counts[sample.format] as { read: number; refused: number })[outcome]++;
  } catch (error) {
    faults.push({ format: sample.format, file: i, error: String((error as Error).stack ?? error).slice(0, 600) });
  }
  fs.writeFileSync(changed, bytes);
  const seconds = (performance.now() - start) / 1000;
  if (seconds > slowest.seconds) slowest = { seconds: Math.round(seconds * 1000) / 1000, format: sample.format };
  mostMebibytes = Math.max(mostMebibytes, process.memoryUsage().rss / 2 ** 20);
}
// Nothing that was read has broken what reads.
await assertSound();
await engine.dispose();
fs.rmSync(folder, { recursive: true, force: true });
writeResult('fuzz-weights', {
  files,
  seed,
  counts,
  faults: faults.slice(0, 20),
  faultCount: faults.length,
  slowest,
  rss: { before: Math.round(before / 2 ** 20), most: Math.round(mostMebibytes), unit: 'MiB' },
  seconds: Math.round((performance.now() - started) / 1000),
});
if (faults.length > 0) process.exitCode = 1;

async function assertSound(): Promise<void> {
  for (const { format, folder, target } of samples) {
    const outcome = await tryWeights(path.join(folder, target), engine);
    if (outcome !== 'read') throw new Error(`The sound sample of ${format} can't be read.`);
  }
}
