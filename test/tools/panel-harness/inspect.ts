import path from 'node:path';
import { build } from 'esbuild';
import type { InspectPanelState, InspectState } from '../../../src/protocol/inspect-panel.ts';
import { type Harness, type OpenOptions, type PanelPage, waitFor } from './page.ts';

export interface InspectScene {
  images?: number;
  /** What the host says instead of `ready`. */
  host?: Partial<InspectState>;
  map?: boolean;
  /** As it was before a reload. */
  state?: Partial<InspectPanelState>;
  /** Before the picture is taken. */
  act?(panel: PanelPage): Promise<void>;
}

let script: Promise<string> | undefined;

/** The Inspect panel with an invented data set behind it. */
export async function openInspect(harness: Harness, options: OpenOptions, scene: InspectScene): Promise<PanelPage> {
  script ??= build({
    entryPoints: [path.join(import.meta.dirname, 'fake-catalogue.ts')],
    ...{ bundle: true, write: false, format: 'iife', target: 'es2022', logLevel: 'warning' },
  }).then(({ outputFiles }) => outputFiles[0]?.text ?? '');
  const panel = await harness.open({ ...options, ...(scene.state ? { state: scene.state } : {}) });
  await panel.page.evaluate(await script);
  const { images = 2400, host, map } = scene;
  await panel.page.evaluate(`installFakeCatalogue(${JSON.stringify({ images, state: host, map })})`);
  return panel;
}

const starting: Partial<InspectState> = { state: 'starting', overview: null };

/** States that the panel has to look right in. */
export const inspectScenes: Record<string, InspectScene> = {
  scanning: { host: { ...starting, progress: { what: 'Reading images', done: 18_240, total: 60_000 } } },
  untrusted: { host: { state: 'untrusted', overview: null } },
  failed: {
    host: {
      ...{ state: 'failed', overview: null },
      problem: {
        message: '/home/ada/flowers has no image.',
        advice: 'Choose a folder with one folder of images for each class, a manifest or IDX files.',
      },
    },
  },
  images: { act: settled },
  detail: {
    async act(panel) {
      await settled(panel);
      await panel.page.locator('.grid-tile[data-index="3"]').click();
      await panel.page.keyboard.press('Enter');
      await waitFor(panel.page, `document.querySelectorAll('.strip-item img:not([hidden])').length >= 8`);
    },
  },
  grouped: {
    state: { query: { text: '', group: 'class', sort: { field: 'blur', descending: false } }, side: 96 },
    act: settled,
  },
  refused: {
    state: { query: { text: 'colour:red' } },
    act: (panel) => waitFor(panel.page, `!document.querySelector('.query-problem').hidden`),
  },
  style: { state: { query: { text: 'border>0.3 -issue:uniform-border' } }, act: settled },
  brushed: {
    state: { query: { text: 'split:train', ranges: [{ field: 'brightness', from: 0.1, to: 0.4 }] } },
    act: settled,
  },
  map: {
    images: 20_000,
    state: { view: 'map', plots: false },
    async act(panel) {
      await settled(panel);
      await panel.page.waitForTimeout(300);
    },
  },
  'map-offer': { map: false, state: { view: 'map' }, act: settled },
  classes: {
    state: { view: 'classes', plots: false },
    act: (panel) => waitFor(panel.page, `document.querySelectorAll('.sheet-tile img:not([hidden])').length > 40`),
  },
};

/** The first images are drawn. */
export async function settled({ page }: PanelPage): Promise<void> {
  await waitFor(page, `document.querySelectorAll('.grid-tile:not([hidden]) img:not([hidden])').length > 5`);
}
