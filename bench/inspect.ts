// The Inspect panel. In the real VS Code, on a data set of real files: how long the first scan takes, how long the panel takes to open
// afterwards, what a frame costs while the images are scrolled (their small pictures are made meanwhile), and memory. In a plain browser
// page, where nothing else draws: frames of the map of 20,000 points.
//   node bench/inspect.ts [images]     default: 100000
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { encodePng } from '../src/host/data-sets/png.ts';
import { seededRandom } from '../src/random.ts';
import { openSession } from '../test/e2e/harness.ts';
import { openInspect } from '../test/tools/panel-harness/inspect.ts';
import { startHarness, waitFor } from '../test/tools/panel-harness/page.ts';
import { runCommand, webviewWith } from '../test/tools/vscode/workbench.ts';
import { everyFrame, measureFrames } from './frames.ts';
import { writeResult } from './result-file.ts';

const [images = 100_000] = process.argv.slice(2).map(Number);
const MAP_POINTS = 20_000;
const SIDE = 48;
const round = (value: number) => Math.round(value * 10) / 10;
const minutes = 60_000;

/** Ten classes of pictures that are all different, so that each has a small picture of its own. */
function fill(workspace: string): void {
  fs.mkdirSync(path.join(workspace, '.loupe'));
  const list = { schemaVersion: 1, dataSets: [{ source: 'many' }] };
  fs.writeFileSync(path.join(workspace, '.loupe', 'data-sets.json'), JSON.stringify(list));
  const random = seededRandom(3);
  const pixels = new Uint8Array(SIDE * SIDE * 3);
  for (let at = 0; at < images; at++) {
    const folder = path.join(workspace, 'many', `class ${at % 10}`);
    if (at < 10) fs.mkdirSync(folder, { recursive: true });
    const [red, green, blue] = [random() * 255, random() * 255, random() * 255];
    for (let i = 0; i < pixels.length; i += 3) {
      const shade = 0.4 + ((i / 3) % SIDE) / SIDE / 2;
      pixels.set([red * shade, green * shade, blue * shade], i);
    }
    pixels[0] = at;
    fs.writeFileSync(path.join(folder, `${String(at).padStart(6, '0')}.png`), encodePng(SIDE, SIDE, pixels));
  }
}

const scroll = (pixels: number) =>
  everyFrame(`const grid = document.querySelector('.grid'); grid.scrollTop = 0;`, `grid.scrollTop += ${pixels};`);
/** To another place of the whole in every tenth frame, as a scrollbar is dragged. */
const jump = everyFrame(
  `const grid = document.querySelector('.grid');`,
  'if (n % 10 === 0) grid.scrollTop = grid.scrollHeight * ((n * 37) % 180) / 180;',
);
const mapScript = (step: string) =>
  everyFrame(
    `const plot = document.querySelector('.map-plot');
     const box = plot.getBoundingClientRect();
     const at = { bubbles: true, cancelable: true, pointerId: 1 };`,
    step,
  );
const zoom = mapScript(
  `plot.dispatchEvent(new WheelEvent('wheel', { ...at, deltaY: n < 90 ? -40 : 40, clientX: box.left + box.width / 3, clientY: box.top + box.height / 2 }));`,
);
const hover = mapScript(
  `plot.dispatchEvent(new PointerEvent('pointermove', { ...at, clientX: box.left + box.width * (n / 180), clientY: box.top + box.height * (0.5 + 0.4 * Math.sin(n / 15)) }));`,
);

/** Resident memory of the catalogue's process, MiB. */
function catalogueMemory(): number | null {
  for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (!/loupe\.mjs\0inspect\0.*many\0--lines/.test(command)) continue;
      const resident = /VmRSS:\s+(\d+) kB/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
      return resident ? round(Number(resident[1]) / 1024) : null;
    } catch {
      // It ended meanwhile.
    }
  }
  return null;
}

async function heap(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage');
  return round((usedSize + backingStorageSize) / 2 ** 20);
}

/** @param tell told what was measured before the images are removed, which takes as long as to make them */
async function inEditor(tell: (result: object) => void): Promise<void> {
  const session = await openSession({ fill, viewport: { width: 1500, height: 950 } });
  const { page } = session;
  try {
    const heapBefore = await heap(page);
    const firstMs = await open(page);
    const scannedMs = await scanned(page);
    await runCommand(page, 'View: Close All Editors');
    await page.waitForTimeout(2000);
    const againMs = await open(page);
    const frame = await webviewWith(page, '.grid');
    const slow = await measureFrames(page, frame, scroll(40));
    const fast = await measureFrames(page, frame, scroll(600));
    const dragged = await measureFrames(page, frame, jump);
    const tiles = await frame.evaluate(`document.querySelectorAll('.grid-tile').length`);
    tell({
      firstOpenWithScanMs: { ...firstMs, scanned: scannedMs },
      openMs: againMs,
      scroll40PixelsAFrame: slow,
      scroll600PixelsAFrame: fast,
      dragScrollbar: dragged,
      tilesInPage: tiles,
      pageHeapAddedMiB: round((await heap(page)) - heapBefore),
      catalogueProcessMiB: catalogueMemory(),
    });
  } finally {
    await session.close();
  }
}

/** Milliseconds until the panel has nothing left to scan, from when its first pictures are seen. */
async function scanned(page: Page): Promise<number> {
  const start = performance.now();
  const frame = await webviewWith(page, '.grid');
  while (!(await frame.evaluate(`document.querySelector('.tool-progress').hidden`))) await page.waitForTimeout(50);
  return Math.round(performance.now() - start);
}

interface Opened {
  firstPicture: number;
  allPictures: number;
  /** From the beginning of the panel's page to its first picture: without VS Code's own work for a new webview. */
  firstPictureOfPage: number;
}

/** Milliseconds; from the choice of the command to the first picture, and to all pictures that are seen. */
async function open(page: Page): Promise<Opened> {
  const input = page.locator('.quick-input-widget:visible .quick-input-box input').first();
  const row = page.locator('.quick-input-widget .quick-input-list .monaco-list-row', { hasText: 'Inspect Data Set' });
  await page.keyboard.press('F1');
  await input.fill('>Loupe: Inspect Data Set');
  await row.first().waitFor();
  const start = performance.now();
  await row.first().click();
  const seen = `[...document.querySelectorAll('.grid-tile:not([hidden])')].filter((tile) => {
    const box = tile.getBoundingClientRect();
    return box.bottom > 0 && box.top < innerHeight;
  })`;
  const drawn = `${seen}.filter((tile) => tile.querySelector('img').naturalWidth > 0)`;
  await webviewWith(page, '.grid-tile img:not([hidden])', 10 * minutes);
  const firstPicture = Math.round(performance.now() - start);
  const frame = await webviewWith(page, '.grid');
  while (!(await frame.evaluate(`${seen}.length > 0 && ${drawn}.length === ${seen}.length`))) {
    await page.waitForTimeout(10);
  }
  const allPictures = Math.round(performance.now() - start);
  const ends = `performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.webp')).map((entry) => entry.responseEnd)`;
  const firstPictureOfPage = Math.round(Number(await frame.evaluate(`Math.min(...${ends})`)));
  return { firstPicture, allPictures, firstPictureOfPage };
}

async function inPage(): Promise<object> {
  const harness = await startHarness('inspect');
  try {
    const scene = { images: MAP_POINTS, state: { plots: false, view: 'map' } } as const;
    const { page, close } = await openInspect(harness, { theme: 'dark', width: 1400, height: 900 }, scene);
    await waitFor(page, `document.querySelector('.map-legend .legend-item') !== null`);
    await page.waitForTimeout(500);
    const result = {
      points: MAP_POINTS,
      zoom: await measureFrames(page, page, zoom),
      hover: await measureFrames(page, page, hover),
    };
    await close();
    return { bundle: harness.sizes, map: result };
  } finally {
    await harness.close();
  }
}

const page = await inPage();
await inEditor((editor) => writeResult('inspect', { images, page, editor }));
