// Stops and kills a run at random steps, resumes it, and compares it with an uninterrupted one, bit for bit.
// Writes bench/results/resume.json.
//   node bench/resume.ts [--engine wasm] [--times 5]
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { resumeRun } from '../src/jobs/continue.ts';
import { createJob } from '../src/jobs/create.ts';
import { jobFiles } from '../src/jobs/job.ts';
import { readSummary } from '../src/jobs/list.ts';
import { requestStop } from '../src/jobs/stop.ts';
import type { JobEvent } from '../src/protocol/events.ts';
import { mixSeed, seededRandom } from '../src/random.ts';
import { readResumePoint } from '../src/training/checkpoint.ts';
import { defaultConfig, type RunConfig } from '../src/training/config.ts';
import { describeMachine } from './machine.ts';

const root = path.resolve(import.meta.dirname, '..');
const source = path.join(root, 'demo', 'manifest.csv');
if (!fs.existsSync(source)) throw new Error('The demo data are missing: npm run demo');

const { values: options } = parseArgs({
  options: { engine: { type: 'string', default: 'auto' }, times: { type: 'string', default: '5' } },
});
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-resume-'));
process.env.LOUPE_CACHE = path.join(scratch, 'cache');

const config: RunConfig = {
  ...defaultConfig,
  data: { ...defaultConfig.data, source },
  input: { ...defaultConfig.input, width: 24, height: 24 },
  training: { ...defaultConfig.training, epochs: 2 },
  engine: { name: options.engine as RunConfig['engine']['name'], threads: 0, adapter: '', precision: 'float32' },
};
const newRun = () => createJob(path.join(scratch, 'runs'), config, scratch);

try {
  const whole = newRun();
  await runJob(whole).ended;
  const summary = readSummary(whole);
  const random = seededRandom(mixSeed(Date.now()));
  const interrupted: Record<string, unknown>[] = [];
  for (let i = 0; i < Number(options.times); i++) {
    const run = newRun();
    const steps: number[] = [];
    for (const how of ['kill', 'stop'] as const) {
      const from = steps.at(-1) ?? 0;
      const at = from + 1 + Math.floor(random() * (summary.step - from - 1));
      await interrupt(run, at, how);
      steps.push(readSummary(run).step);
      if (readSummary(run).state !== 'done') resumeRun(run);
    }
    await runJob(run).ended;
    const equal = compare(run, whole);
    interrupted.push({ killedAndStoppedAtStep: steps, ...equal });
    process.stdout.write(`${JSON.stringify(interrupted.at(-1))}\n`);
  }
  const result = {
    steps: summary.step,
    allEqual: interrupted.every((run) => run.weights && run.optimizer && run.stepsAndEpochs),
    interrupted,
    engine: `${summary.engine}, ${summary.device}`,
    machine: describeMachine(),
    measuredAt: new Date().toISOString(),
  };
  const file = path.join(root, 'bench', 'results', 'resume.json');
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`all equal: ${result.allEqual}\n`);
} finally {
  fs.rmSync(scratch, { recursive: true, force: true });
}

function runJob(folder: string) {
  const child = spawn(process.execPath, [path.join(root, 'src', 'cli.ts'), 'train', folder, '--queued'], {
    stdio: 'ignore',
  });
  return { child, ended: new Promise<void>((resolve) => child.once('exit', () => resolve())) };
}

async function interrupt(folder: string, step: number, how: 'kill' | 'stop'): Promise<void> {
  const { child, ended } = runJob(folder);
  while (child.exitCode === null && readSummary(folder).step < step) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  if (how === 'kill') child.kill('SIGKILL');
  else requestStop(folder);
  await ended;
}

function compare(run: string, whole: string): Record<'weights' | 'optimizer' | 'stepsAndEpochs' | 'model', boolean> {
  const [a, b] = [run, whole].map((folder) => readResumePoint(path.join(folder, jobFiles.lastState)));
  const [modelA, modelB] = [run, whole].map((folder) => fs.readFileSync(path.join(folder, 'model', 'weights.bin')));
  return {
    weights: sameBits(a?.state.weights, b?.state.weights),
    optimizer: sameBits(a?.state.optimizer, b?.state.optimizer),
    stepsAndEpochs: counted(run) === counted(whole),
    model: modelA?.equals(modelB as Buffer) ?? false,
  };
}

function sameBits(a: { data: Float32Array }[] = [], b: { data: Float32Array }[] = []): boolean {
  const bytes = ({ data }: { data: Float32Array }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return a.length === b.length && a.every((array, i) => bytes(array).equals(bytes(b[i] as { data: Float32Array })));
}

/** Steps and epochs as they count, without times. */
function counted(run: string): string {
  let events: Extract<JobEvent, { kind: 'step' | 'epoch' }>[] = [];
  for (const line of fs.readFileSync(path.join(run, jobFiles.events), 'utf8').trimEnd().split('\n')) {
    const event = JSON.parse(line) as JobEvent;
    if (event.kind === 'resume') events = events.filter(({ step }) => step <= event.step);
    if (event.kind === 'step' || event.kind === 'epoch') events.push(event);
  }
  return JSON.stringify(events.map((event) => ({ ...event, t: 0, ms: 0, waitMs: 0, seconds: 0 })));
}
