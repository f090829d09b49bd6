import type { Frame, Page } from 'playwright-core';

export interface Frames {
  /** Between two frames; 16.7 ms are 60 a second. */
  medianMs: number;
  p95Ms: number;
  /** Frames that took longer than two should. */
  late: number;
  frames: number;
  /** Of the main thread for one frame, which other work on the machine does not stretch. */
  cpuMs: number;
}

/** Runs `step(n)` in each of 180 frames and answers with the times between them. */
export function everyFrame(prepare: string, step: string): string {
  return `new Promise((resolve) => {
    ${prepare}
    const times = [];
    let last = performance.now();
    const frame = (now) => {
      times.push(now - last);
      last = now;
      const n = times.length;
      if (n > 180) return resolve(times.slice(1));
      ${step}
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  })`;
}

/**
 * Measures the frames of a script of `everyFrame`.
 * @param page whose renderer's main thread counts as CPU time
 * @param place where the script runs: the page, or a frame in it
 */
export async function measureFrames(page: Page, place: Frame | Page, script: string): Promise<Frames> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const busy = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
  };
  const before = await busy();
  const times = (await place.evaluate(script)) as number[];
  const cpuMs = ((await busy()) - before) / times.length;
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN);
  return {
    medianMs: at(0.5),
    p95Ms: at(0.95),
    late: times.filter((time) => time > 33.4).length,
    frames: times.length,
    cpuMs: round(cpuMs),
  };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
