// The Run panel in a real browser: time to the first picture of a long run, and what each live update costs.
//   node bench/panel.ts [steps …]     default: 1000 100000 1000000
import { type PanelPage, startHarness } from '../test/tools/panel-harness/page.ts';
import { fakeRun } from '../test/tools/panel-harness/runs.ts';
import { writeResult } from './result-file.ts';

interface Row {
  steps: number;
  /** From the message's arrival to the frame after the panel's drawing, by the clock. */
  firstPaintMs: number;
  /** The same in processor time of the page's main thread, which other work on the machine does not stretch. */
  firstPaintCpuMs: number;
  /** Processor time of the main thread for a delta of ten steps, everything included. */
  deltaCpuMs: number;
  /** Of the page's script heap and typed arrays after a collection, with the run shown. */
  heapMiB: number;
  /** What 300 further deltas added to it. */
  grownMiB: number;
}

const deltas = 40;
/** More than the panel draws in: ten a second. */
const pauseMs = 120;

/** Shows the pending snapshot; resolves with the milliseconds to the frame after the charts are there. */
const paintScript = `new Promise((resolve) => {
  const message = pending;
  delete globalThis.pending;
  const start = performance.now();
  panelHarness.send(message);
  const look = () => {
    if (document.querySelector('.chart canvas')?.offsetWidth > 0) {
      requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
    } else requestAnimationFrame(look);
  };
  look();
})`;

const harness = await startHarness();
const rows: Row[] = [];
try {
  const lengths = process.argv.slice(2).map(Number);
  for (const steps of lengths.length ? lengths : [1000, 100_000, 1_000_000]) rows.push(await measure(steps));
} finally {
  await harness.close();
}
writeResult('panel', { bundle: harness.sizes, rows });

async function measure(steps: number): Promise<Row> {
  const panel = await harness.open({ theme: 'dark', width: 1200 });
  try {
    // An empty run first: code is loaded and compiled, as it is when a queued run starts.
    await panel.send(fakeRun('starting').snapshot);
    await panel.page.waitForTimeout(500);
    const run = fakeRun('running', { steps, stepsPerEpoch: Math.max(100, steps / 50), epochs: 100 });
    await loadSnapshot(panel, run.snapshot);
    const session = await panel.page.context().newCDPSession(panel.page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const taskSeconds = async () => {
      const { metrics } = await session.send('Performance.getMetrics');
      return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN;
    };
    const beforePaint = await taskSeconds();
    const firstPaintMs = await panel.page.evaluate<number>(paintScript);
    const firstPaintCpuMs = ((await taskSeconds()) - beforePaint) * 1000;
    await panel.page.waitForTimeout(500);
    const heap = async () => {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
      return (usedSize + backingStorageSize) / 2 ** 20;
    };
    const idle = await taskSeconds();
    await panel.page.waitForTimeout(deltas * pauseMs);
    const before = await taskSeconds();
    for (let at = 0; at < deltas; at++) {
      await panel.send(run.next(10));
      await panel.page.waitForTimeout(pauseMs);
    }
    const busy = (await taskSeconds()) - before - (before - idle);
    const heapMiB = await heap();
    for (let at = 0; at < 300; at++) await panel.send(run.next(1));
    await panel.page.waitForTimeout(500);
    const grownMiB = (await heap()) - heapMiB;
    if (panel.errors.length) throw new Error(panel.errors.join('\n'));
    const round = (value: number) => Math.round(value * 10) / 10;
    return {
      steps,
      firstPaintMs: round(firstPaintMs),
      firstPaintCpuMs: round(firstPaintCpuMs),
      deltaCpuMs: round((busy / deltas) * 1000),
      heapMiB: round(heapMiB),
      grownMiB: round(grownMiB),
    };
  } finally {
    await panel.close();
  }
}

/** Puts the message into the page in slices: one protocol message of a million steps is too long. */
async function loadSnapshot(panel: PanelPage, snapshot: ReturnType<typeof fakeRun>['snapshot']): Promise<void> {
  const { series, ...rest } = snapshot;
  await panel.page.evaluate(`globalThis.pending = { ...${JSON.stringify(rest)}, series: {} }`);
  for (const [key, values] of Object.entries(series) as [string, number[]][]) {
    await panel.page.evaluate(`pending.series.${key} = []`);
    for (let from = 0; from < values.length; from += 100_000) {
      const slice = JSON.stringify(values.slice(from, from + 100_000));
      await panel.page.evaluate(`for (const value of ${slice}) pending.series.${key}.push(value)`);
    }
  }
}
