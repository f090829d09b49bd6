import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FromInspectPanel, InspectPanelState } from '../../../src/protocol/inspect-panel.ts';
import { type InspectScene, inspectScenes, openInspect, settled } from '../../tools/panel-harness/inspect.ts';
import {
  type Harness,
  type OpenOptions,
  type PanelPage,
  startHarness,
  waitFor,
} from '../../tools/panel-harness/page.ts';
import { noBrowser } from '../../tools/panel-harness/with-panel.ts';

/** The built panel in a real browser, before an invented data set. */
describe('Inspect panel', { skip: noBrowser, timeout: 240_000 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness('inspect');
  });
  after(() => harness.close());

  async function withInspect(
    scene: InspectScene,
    use: (panel: PanelPage) => Promise<void>,
    options: Partial<OpenOptions> = {},
  ): Promise<void> {
    const panel = await openInspect(harness, { theme: 'dark', width: 1200, height: 800, ...options }, scene);
    panel.page.setDefaultTimeout(20_000);
    try {
      await use(panel);
      assert.deepEqual(panel.errors, []);
    } finally {
      await panel.close();
    }
  }
  const counted = (panel: PanelPage, text: string) =>
    waitFor(panel.page, `document.querySelector('.tool-count').textContent === ${JSON.stringify(text)}`);
  const focused = (panel: PanelPage) => panel.page.evaluate('Number(document.activeElement.dataset.index)');
  /** What the page keeps over a reload; it writes a moment after the last change. */
  async function state(panel: PanelPage): Promise<InspectPanelState> {
    await panel.page.waitForTimeout(250);
    return (await panel.savedState()) as InspectPanelState;
  }

  test('every state shows without an error and without a bar below, also where there is little room', async () => {
    for (const [name, scene] of Object.entries(inspectScenes)) {
      await withInspect(
        scene,
        async (panel) => {
          await scene.act?.(panel);
          const overflow = await panel.page.evaluate('document.documentElement.scrollWidth > innerWidth');
          assert.equal(overflow, false, `${name}: wider than 480 px`);
        },
        { width: 480 },
      );
    }
  });

  test('of 100,000 images only those in sight are in the page, wherever it is scrolled', async () => {
    await withInspect({ images: 100_000, state: { plots: false } }, async (panel) => {
      await settled(panel);
      const tiles = () => panel.page.evaluate(`document.querySelectorAll('.grid-tile').length`);
      const before = Number(await tiles());
      await panel.page.evaluate(`document.querySelector('.grid').scrollTop = 700000`);
      await waitFor(panel.page, `document.querySelector('.grid-tile:not([hidden]) img:not([hidden])') !== null`);
      await waitFor(
        panel.page,
        `[...document.querySelectorAll('.grid-tile:not([hidden])')].some((tile) => Number(tile.dataset.index) > 20000 && tile.querySelector('img').naturalWidth > 0)`,
      );
      assert.ok(Number(await tiles()) <= before + 40, 'nodes are used again');
      await panel.page.locator('.grid').press('Control+End');
      await panel.page.keyboard.press('Control+End');
    });
  });

  test('the keyboard goes everywhere; what is selected is told in words', async () => {
    await withInspect({}, async (panel) => {
      await settled(panel);
      await panel.page.locator('.grid-tile[data-index="0"]').click();
      const keys = panel.page.keyboard;
      await keys.press('ArrowRight');
      assert.equal(await focused(panel), 1);
      await keys.press('Control+End');
      assert.equal(await focused(panel), 2399);
      await keys.press('Control+Home');
      await keys.press('Shift+ArrowRight');
      await keys.press('Shift+ArrowRight');
      await panel.page.getByRole('button', { name: '3 selected: select none' }).waitFor();
      await keys.press('Control+a');
      await panel.page.getByRole('button', { name: '2,400 selected: select none' }).waitFor();
      await keys.press('Escape');
      await waitFor(panel.page, `document.querySelectorAll('[aria-selected=true].grid-tile').length === 0`);
      assert.match((await panel.page.locator('.grid-tile[data-index="2"]').getAttribute('aria-label')) ?? '', /class /);
    });
  });

  test('what is selected stays selected in another order and under another filter', async () => {
    await withInspect({}, async (panel) => {
      await settled(panel);
      await panel.page.locator('.grid-tile[data-index="0"]').click();
      await panel.page.locator('.grid-tile[data-index="4"]').click({ modifiers: ['Control'] });
      await panel.page.locator('#sort').selectOption('brightness');
      await panel.page.getByRole('button', { name: /^2 selected/ }).waitFor();
      await panel.page.getByRole('combobox', { name: 'Query' }).fill('daisy_000000');
      await counted(panel, '1 of 2,400 images');
      assert.equal(await panel.page.locator('.grid-tile[data-index="0"]').getAttribute('aria-selected'), 'true');
    });
  });

  test('what is the set’s style is a quiet filter, with a sentence why it is no issue', async () => {
    await withInspect({}, async (panel) => {
      await settled(panel);
      const chip = panel.page.getByRole('button', { name: 'uniform border: style 720' });
      const notes = panel.page.locator('.style-notes');
      const query = panel.page.getByRole('combobox', { name: 'Query' });
      assert.match((await chip.getAttribute('title')) ?? '', /62 % of the images have a border/);
      assert.equal(await notes.isHidden(), true);
      await query.fill('class:rose');
      await waitFor(panel.page, `document.querySelector('.tool-count').textContent !== '2,400 images'`);
      await chip.focus();
      await panel.page.keyboard.press('Enter');
      assert.equal(await query.inputValue(), 'class:rose border>0.3 -issue:uniform-border');
      await notes.waitFor();
      assert.match((await notes.textContent()) ?? '', /this set's style, and no image's issue/);
      await panel.page.keyboard.press('Enter');
      assert.equal(await query.inputValue(), 'class:rose');
      await notes.waitFor({ state: 'hidden' });
    });
  });

  test('a class, a bar and a box of sizes are filters of the query; Escape takes the plots’ away', async () => {
    await withInspect({}, async (panel) => {
      await settled(panel);
      await panel.page.getByRole('button', { name: /^rose:/ }).click();
      assert.equal(await panel.page.getByRole('combobox', { name: 'Query' }).inputValue(), 'class:rose');
      const plot = panel.page.getByRole('slider', { name: 'Brightness' });
      await plot.focus();
      await panel.page.keyboard.press('Home');
      for (let step = 0; step < 9; step++) await panel.page.keyboard.press('Shift+ArrowRight');
      await panel.page.keyboard.press('Enter');
      await panel.page.locator('.chip-taken', { hasText: 'Brightness' }).waitFor();
      await waitFor(panel.page, `!/^(479|2,400) /.test(document.querySelector('.tool-count').textContent)`);
      const range = (await state(panel)).query.ranges?.[0];
      await panel.page.locator('.grid').press('Escape');
      await counted(panel, '479 of 2,400 images');
      assert.ok(range && range.to > range.from);
    });
  });

  test('the sheet of a class grows, and the keyboard goes on with what came', async () => {
    await withInspect(inspectScenes.classes as InspectScene, async (panel) => {
      const sheet = panel.page.locator('.sheet').first();
      const tiles = sheet.locator('.sheet-tile');
      await tiles.nth(23).waitFor();
      assert.equal(await tiles.count(), 24);
      const more = sheet.locator('.sheet-more');
      const left = Number(/of ([\d,]+)/.exec((await more.textContent()) ?? '')?.[1]?.replace(',', ''));
      await more.focus();
      await panel.page.keyboard.press('Enter');
      await tiles.nth(24 + Math.min(96, left) - 1).waitFor();
      assert.equal(
        await panel.page.evaluate('document.activeElement.title'),
        await tiles.nth(24).getAttribute('title'),
      );
      const paths = await tiles.evaluateAll((nodes) => nodes.map((node) => node.getAttribute('title')));
      assert.equal(new Set(paths).size, paths.length, 'each image once');
      while (await more.isVisible()) {
        const before = await tiles.count();
        await more.click();
        await tiles.nth(before).waitFor();
      }
      assert.equal(await tiles.count(), 24 + left);
    });
  });

  test('images that a scan finds join the others: nothing moves, what is selected stays', async () => {
    await withInspect({ images: 600, state: { plots: false } }, async (panel) => {
      await settled(panel);
      const { page } = panel;
      await page.locator('.grid-tile[data-index="20"]').click();
      await page.evaluate(`document.querySelector('.grid').scrollTop = 333`);
      const seen = `[...document.querySelectorAll('.grid-tile:not([hidden])')].filter((tile) => tile.getBoundingClientRect().top < 500)
        .map((tile) => [tile.dataset.index, tile.style.transform, tile.querySelector('img').hidden, tile.ariaSelected].join()).sort()`;
      await waitFor(page, `${seen}.filter((text) => text.includes(',false,')).length > 15`);
      await page.waitForTimeout(300);
      const before = await page.evaluate(seen);
      const height = await page.evaluate(`document.querySelector('.grid').scrollHeight`);
      await page.evaluate(`window.hiddenOnce = 0; new MutationObserver((changes) => {
        window.hiddenOnce += changes.filter(({ target }) => target.matches('.grid-tile img') && target.hidden).length;
      }).observe(document.querySelector('.grid'), { attributes: true, attributeFilter: ['hidden'], subtree: true })`);
      await page.evaluate('growFakeCatalogue(1400, 2400)');
      await counted(panel, '1,400 images');
      await page.locator('.tool-progress', { hasText: 'Scanning 1,400 of 2,400' }).waitFor();
      assert.ok(Number(await page.evaluate(`document.querySelector('.grid').scrollHeight`)) > Number(height) * 2);
      assert.equal(await page.evaluate(`document.querySelector('.grid').scrollTop`), 333);
      assert.deepEqual(await page.evaluate(seen), before);
      await page.evaluate('growFakeCatalogue(2400, 2400)');
      await counted(panel, '2,400 images');
      await waitFor(page, `document.querySelector('.tool-progress').hidden`);
      assert.deepEqual(await page.evaluate(seen), before);
      assert.equal(await page.evaluate('window.hiddenOnce'), 0, 'no picture went away meanwhile');
      await page.keyboard.press('Control+End');
      assert.equal(await focused(panel), 2399);
    });
  });

  test('pictures that were scrolled past before they came are not asked for any more', async () => {
    await withInspect({ images: 20_000, state: { plots: false } }, async (panel) => {
      await settled(panel);
      await panel.page.evaluate(`panelHarness.sent.length = 0; document.querySelector('.grid').scrollTop = 90000`);
      await waitFor(panel.page, `panelHarness.sent.some(({ type }) => type === 'pictures')`);
      const sent = (await panel.sent()) as unknown as FromInspectPanel[];
      const last = sent.findLast((message) => message.type === 'pictures');
      assert.ok(last?.type === 'pictures');
      assert.ok(last.wishes.every(({ keys }) => keys.length < 400 && Math.min(...keys) > 1000));
    });
  });

  test('the map’s lasso shows its images in the grid, and the keyboard selects around a point', async () => {
    await withInspect({ images: 5000, state: { view: 'map', plots: false } }, async (panel) => {
      await settled(panel);
      const plot = panel.page.locator('.map-plot');
      const box = await plot.boundingBox();
      assert.ok(box);
      const at = (x: number, y: number) => [box.x + box.width * x, box.y + box.height * y] as const;
      await panel.page.mouse.move(...at(0.5, 0.1));
      await panel.page.mouse.down();
      for (const [x, y] of [
        [0.98, 0.1],
        [0.98, 0.9],
        [0.5, 0.9],
      ] as const)
        await panel.page.mouse.move(...at(x, y), { steps: 4 });
      await panel.page.mouse.up();
      await panel.page.locator('.chip-taken', { hasText: 'of the map' }).waitFor();
      const ids = (await state(panel)).query.ids ?? [];
      await counted(panel, `${ids.length.toLocaleString('en-US')} of 5,000 images`);
      await plot.focus();
      await panel.page.keyboard.press('Escape');
      await counted(panel, '5,000 images');
      await panel.page.keyboard.press('ArrowRight');
      await panel.page.keyboard.press('Enter');
      await panel.page.locator('.chip-taken', { hasText: 'of the map' }).waitFor();
    });
  });

  test('where there is no map, one is offered, computed with its progress shown, and can be cancelled', async () => {
    await withInspect({ map: false, state: { view: 'map' } }, async (panel) => {
      await panel.page.locator('vscode-button', { hasText: 'Compute UMAP' }).click();
      assert.ok((await panel.sent()).some(({ type, method }) => type === 'computeMap' && method === 'umap'));
    });
    const mapJob = { running: true, text: 'embed 120/2400', share: 0.05, problem: null };
    await withInspect({ map: false, host: { mapJob }, state: { view: 'map' } }, async (panel) => {
      await panel.page.locator('.map-progress', { hasText: 'embed 120/2400' }).waitFor();
      await panel.page.locator('vscode-button', { hasText: 'Cancel' }).click();
      assert.ok((await panel.sent()).some(({ type }) => type === 'cancelMap'));
    });
  });

  test('a reload brings query, size, view, selection and the open image back', async () => {
    let saved: InspectPanelState | undefined;
    await withInspect({}, async (panel) => {
      await settled(panel);
      await panel.page.getByRole('button', { name: /^rose:/ }).click();
      await counted(panel, '479 of 2,400 images');
      await panel.page.locator('.grid-tile[data-index="2"]').click();
      await panel.page.keyboard.press('Enter');
      await panel.page.locator('.detail-pane h2', { hasText: 'rose_' }).waitFor();
      saved = await state(panel);
    });
    await withInspect({ state: saved ?? {} }, async (panel) => {
      await counted(panel, '479 of 2,400 images');
      await panel.page.locator('.detail-pane h2', { hasText: 'rose_' }).waitFor();
      await panel.page.getByRole('button', { name: /^1 selected/ }).waitFor();
    });
  });
});
