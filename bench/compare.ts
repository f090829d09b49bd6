// A comparison of many long runs: how long the host takes to read their curves, and in a real browser the time to the first picture,
// what a frame costs while the pointer or the table moves, and memory.
//   node bench/compare.ts [runs] [steps]     default: 200 10000
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CurveReader } from '../src/host/compare/curve-reader.ts';
import { comparedRun } from '../src/jobs/compare/compared-run.ts';
import { RunCurves } from '../src/jobs/compare/run-curves.ts';
import { createJob } from '../src/jobs/create.ts';
import { readSummary } from '../src/jobs/list.ts';
import { seededRandom } from '../src/random.ts';
import { defaultConfig } from '../src/training/config.ts';
import { fakeComparison } from '../test/tools/panel-harness/comparisons.ts';
import { type PanelPage, startHarness } from '../test/tools/panel-harness/page.ts';
import { everyFrame, measureFrames } from './frames.ts';
import { writeResult } from './result-file.ts';

const [runCount = 200, steps = 10_000] = process.argv.slice(2).map(Number);
const stepsPerEpoch = 100;
const round = (value: number) => Math.round(value * 10) / 10;

/** As the host does it: every run's `events.jsonl` to its curves, in pieces. */
async function measureReading(): Promise<object> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-bench-compare-'));
  try {
    const folders = writeRuns(path.join(folder, 'runs'));
    const bytes = folders.reduce((sum, run) => sum + fs.statSync(path.join(run, 'events.jsonl')).size, 0);
    const runs = folders.map((run) => comparedRun(readSummary(run)));
    const reader = new CurveReader(() => undefined);
    const start = performance.now();
    const before = process.cpuUsage();
    let firstMs: number | null = null;
    let longestMs = 0;
    let lastAt = start;
    await reader.update(runs, () => {
      firstMs ??= performance.now() - start;
      longestMs = Math.max(longestMs, performance.now() - lastAt);
      lastAt = performance.now();
    });
    const allMs = performance.now() - start;
    const { user, system } = process.cpuUsage(before);
    reader.resend();
    const again = performance.now();
    await reader.update(runs, () => undefined);
    const againMs = performance.now() - again;
    const some = folders.slice(0, 20);
    const jsonMs = cpuOf(() => {
      for (const run of some) {
        for (const line of fs.readFileSync(path.join(run, 'events.jsonl'), 'utf8').split('\n'))
          if (line) JSON.parse(line);
      }
    });
    const oursMs = cpuOf(() => {
      for (const run of some) new RunCurves(run, 320).refresh();
    });
    return {
      mebibytes: round(bytes / 2 ** 20),
      firstCurvesMs: round(firstMs ?? Number.NaN),
      allCurvesMs: round(allMs),
      // What other work on the machine does not stretch.
      allCurvesCpuMs: round((user + system) / 1000),
      againMs: round(againMs),
      longestPieceMs: round(longestMs),
      // Processor time of JSON.parse alone, without making curves, over that of our reader with them.
      jsonParseOverOurs: round(jsonMs / oursMs),
    };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Processor time of this process, milliseconds. */
function cpuOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function writeRuns(runs: string): string[] {
  return Array.from({ length: runCount }, (_, at) => {
    const config = structuredClone({ ...defaultConfig, name: `run ${at}` });
    const run = createJob(runs, config, runs);
    const random = seededRandom(at);
    const lines = [
      {
        t: 1,
        kind: 'plan',
        classes: [],
        train: 0,
        validation: 0,
        test: 0,
        parameters: 0,
        stepsPerEpoch,
        epochs: steps / stepsPerEpoch,
        batchSize: 32,
      } as object,
    ];
    for (let step = 1; step <= steps; step++) {
      const [t, loss, accuracy] = [
        1_795_623_731_000 + step * 40,
        2 * Math.exp((-4 * step) / steps) + random(),
        random(),
      ];
      lines.push({
        t,
        kind: 'step',
        step,
        epoch: Math.ceil(step / stepsPerEpoch),
        loss,
        accuracy,
        learningRate: 0.001 * random(),
        ms: 40 * random(),
        waitMs: random(),
        images: 32,
      });
      if (step % stepsPerEpoch === 0)
        lines.push({
          t,
          kind: 'epoch',
          epoch: step / stepsPerEpoch,
          step,
          loss,
          accuracy,
          validationLoss: loss,
          validationAccuracy: accuracy,
          seconds: 4,
          best: false,
        });
    }
    lines.push({ t: 2e12, kind: 'status', state: 'done' });
    fs.writeFileSync(path.join(run, 'events.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return run;
  });
}

async function measurePage(): Promise<object> {
  const harness = await startHarness('compare');
  try {
    const panel = await harness.open({ theme: 'dark', width: 1400, height: 1000 });
    const small = fakeComparison(2, 300);
    // Two runs first: code is loaded and compiled, as it is in a window that has shown a comparison before.
    await panel.send(small.runs);
    await panel.send(small.curves);
    await panel.page.waitForTimeout(800);
    const { runs, curves, verdicts } = fakeComparison(runCount, steps);
    await panel.page.evaluate(
      (messages) => {
        Object.assign(globalThis, { pending: messages });
      },
      [runs, curves, verdicts],
    );
    const firstPicture = (await panel.page.evaluate(paintScript)) as { table: number; charts: number; all: number };
    await panel.page.waitForTimeout(800);
    const result = {
      bundle: harness.sizes,
      tableMs: round(firstPicture.table),
      firstChartMs: round(firstPicture.charts),
      allChartsMs: round(firstPicture.all),
      hoverChart: await measureFrames(panel.page, panel.page, hoverScript('.plot')),
      hoverTable: await measureFrames(panel.page, panel.page, tableHoverScript),
      scrollTable: await measureFrames(panel.page, panel.page, scrollScript('.grid')),
      scrollPage: await measureFrames(panel.page, panel.page, scrollScript('document')),
      heapMiB: await heap(panel),
    };
    const errors = panel.errors.filter((error) => !error.includes('readback'));
    if (errors.length) throw new Error(errors.join('\n'));
    await panel.close();
    return result;
  } finally {
    await harness.close();
  }
}

async function heap(panel: PanelPage): Promise<number> {
  const session = await panel.page.context().newCDPSession(panel.page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  return round((usedSize + backingStorageSize) / 2 ** 20);
}

/** Milliseconds from the messages' arrival to the frame after the table, the first chart and all charts are drawn. */
const paintScript = `new Promise((resolve) => {
  const start = performance.now();
  for (const message of pending) panelHarness.send(message);
  delete globalThis.pending;
  const result = {};
  const drawn = () => [...document.querySelectorAll('.charts canvas.canvas-base')].filter((canvas) => {
    if (!canvas.width) return false;
    const { data } = canvas.getContext('2d').getImageData(canvas.width >> 1, 0, 1, canvas.height);
    let coloured = 0;
    for (let at = 0; at < data.length; at += 4) if (data[at + 3] && Math.abs(data[at] - data[at + 2]) > 40) coloured++;
    return coloured > 10;
  }).length;
  const look = () => {
    if (!result.table && document.querySelector('.grid').ariaRowCount > 100) result.table = performance.now() - start;
    const done = drawn();
    if (!result.charts && done > 0) result.charts = performance.now() - start;
    if (done >= 4) {
      result.all = performance.now() - start;
      resolve(result);
    } else requestAnimationFrame(() => setTimeout(look));
  };
  requestAnimationFrame(() => setTimeout(look));
})`;

function hoverScript(selector: string): string {
  return everyFrame(
    `const plot = document.querySelector('${selector}');
     plot.scrollIntoView();
     const box = plot.getBoundingClientRect();`,
    `plot.dispatchEvent(new PointerEvent('pointermove', {
       bubbles: true,
       clientX: box.left + 70 + ((box.width - 90) * (n % 90)) / 90,
       clientY: box.top + box.height * (0.3 + 0.5 * Math.abs(Math.sin(n / 9))),
     }));`,
  );
}

const tableHoverScript = everyFrame(
  `document.querySelector('.grid').scrollIntoView();
   const rows = () => [...document.querySelectorAll('.rows .row')];`,
  `const list = rows();
   list[n % list.length].dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));`,
);

function scrollScript(selector: string): string {
  const target = selector === 'document' ? 'document.scrollingElement' : `document.querySelector('${selector}')`;
  return everyFrame(`const target = ${target}; target.scrollTop = 0;`, 'target.scrollTop += 40;');
}

const reading = await measureReading();
const page = await measurePage();
writeResult('compare', { runs: runCount, steps, reading, page });
