import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AugmentPanelState, RenderRequest, ToAugmentPanel } from '../../../src/protocol/augment-panel.ts';
import { augmentPreview, augmentScenes, augmentSetup, safetyReport } from '../../tools/panel-harness/augment.ts';
import { type Harness, type PanelPage, startHarness } from '../../tools/panel-harness/page.ts';
import { noBrowser, withPanel } from '../../tools/panel-harness/with-panel.ts';

/** The built panel in a real browser, served with the host's Content-Security-Policy. */
describe('Augmentation panel', { skip: noBrowser, timeout: 240_000 }, () => {
  let harness: Harness;
  const setup = augmentSetup();
  let preview: ToAugmentPanel;
  before(async () => {
    harness = await startHarness('augment');
    preview = await augmentPreview(setup.values);
  });
  after(() => harness.close());

  /** Polls from here: a script that is polled in the page would need eval, which the policy forbids. */
  async function until(panel: PanelPage, holds: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 200; tries++) {
      if (await holds()) return;
      await panel.page.waitForTimeout(50);
    }
    throw new Error(`Never came: ${holds}`);
  }
  const lastRender = async (panel: PanelPage) =>
    (await panel.sent()).findLast(({ type }) => type === 'render') as unknown as RenderRequest | undefined;
  /** Waits for a request like that, and returns it. */
  async function rendered(panel: PanelPage, fits: (request: RenderRequest) => boolean): Promise<RenderRequest> {
    await until(panel, async () => {
      const request = await lastRender(panel);
      return request !== undefined && fits(request);
    });
    return (await lastRender(panel)) as RenderRequest;
  }
  const field = (panel: PanelPage, path: string) => panel.page.locator(`#setting-${path.replaceAll('.', '-')}`);

  test('says ready, asks for pictures, and shows every state without an error at 420 pixels', async () => {
    for (const [name, { state, messages }] of Object.entries(augmentScenes)) {
      await withPanel(harness, { width: 420, state: { target: setup.target, ...state } }, async (panel) => {
        assert.deepEqual((await panel.sent())[0], { type: 'ready' });
        for (const message of await messages()) await panel.send(message);
        await panel.page.locator('h1', { hasText: 'shapes' }).waitFor();
        const overflow = await panel.page.evaluate('document.documentElement.scrollWidth > innerWidth');
        assert.equal(overflow, false, `${name}: wider than 420 px`);
      });
    }
  });

  test('shows the label, the original and each draw, with names for screen readers', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(setup);
      await panel.send(preview);
      const row = panel.page.locator('.row').nth(1);
      assert.equal(await row.locator('.row-label').textContent(), 'square');
      const images = await row.locator('img').all();
      const names = await Promise.all(images.map((image) => image.getAttribute('alt')));
      assert.deepEqual(names, ['square, as it is', ...[1, 2, 3, 4].map((epoch) => `square, epoch ${epoch}`)]);
      const widths = await panel.page.evaluate(
        '[...document.querySelectorAll(".row img")].map((image) => image.naturalWidth)',
      );
      assert.deepEqual(new Set(widths as number[]), new Set([64]));
    }));

  test('a moved slider asks for new pictures at once and is kept; Revert takes it back', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(setup);
      await panel.page.locator('summary', { hasText: 'Rotate' }).focus();
      const box = field(panel, 'augment.rotate.degrees');
      await box.fill('45');
      await box.press('Enter');
      await rendered(panel, ({ values }) => values['augment.rotate.degrees'] === 45);
      const saved = (await panel.savedState()) as AugmentPanelState;
      assert.deepEqual(saved.changes, { 'augment.rotate.degrees': 45 });
      assert.equal(await panel.page.locator('#preset').inputValue(), '');
      await panel.page.locator('vscode-button', { hasText: 'Write to shapes.loupe.json' }).click();
      const applied = (await panel.sent()).at(-1) as unknown as RenderRequest;
      assert.equal(applied.type, 'apply');
      assert.equal(applied.values['augment.rotate.degrees'], 45);
      const undo = panel.page.locator('vscode-button', { hasText: 'Undo Write' });
      assert.equal(await undo.count(), 0);
      const file = { configFile: 'shapes.loupe.json' };
      await panel.send({ type: 'values', values: applied.values, ...file, canUndo: true });
      await undo.click();
      assert.equal((await panel.sent()).at(-1)?.type, 'undo');
      await panel.send({ type: 'values', values: setup.values, ...file, canUndo: false });
      await undo.waitFor({ state: 'detached' });
      await box.fill('45');
      await box.press('Enter');
      await panel.page.locator('vscode-button', { hasText: 'Revert' }).click();
      await rendered(panel, ({ values }) => values['augment.rotate.degrees'] === 10);
      assert.equal(await panel.page.locator('#preset').inputValue(), 'fastai');
    }));

  test('presets, another set of draws and more images are asked for', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(setup);
      await panel.page.locator('#preset').selectOption('keras');
      const keras = await rendered(panel, ({ values }) => values['augment.rotate.degrees'] === 20);
      assert.equal(keras.values['augment.fill.mode'], 'nearest');
      await panel.page.locator('vscode-button', { hasText: 'Draw Again' }).click();
      await rendered(panel, ({ roll }) => roll === 4);
      await panel.page.getByText('24', { exact: true }).click();
      await rendered(panel, ({ images }) => images === 24);
    }));

  test('comes back after a reload with its changes, and follows the config when that is edited', () =>
    withPanel(
      harness,
      { state: { target: setup.target, changes: { 'augment.flip.vertical': 0.5 }, roll: 8 } },
      async (panel) => {
        await panel.send(setup);
        const render = await rendered(panel, () => true);
        assert.deepEqual([render.values['augment.flip.vertical'], render.roll], [0.5, 8]);
        const values = { ...setup.values, 'augment.flip.vertical': 0.5 };
        await panel.send({ type: 'values', values, configFile: 'shapes.loupe.json', canUndo: false });
        await until(
          panel,
          async () => Object.keys(((await panel.savedState()) as AugmentPanelState).changes).length === 0,
        );
      },
    ));

  test('a flagged operation is marked where it is set, until it is changed', () =>
    withPanel(harness, { state: { target: setup.target, view: 'labels' } }, async (panel) => {
      await panel.send(setup);
      await panel.page.locator('vscode-button', { hasText: 'Check with a Model' }).click();
      assert.equal((await panel.sent()).at(-1)?.type, 'check');
      await panel.send({ type: 'checking', text: 'first try', share: 0.5 });
      await panel.page.locator('vscode-button', { hasText: 'Cancel' }).click();
      assert.equal((await panel.sent()).at(-1)?.type, 'cancelCheck');
      await panel.send({ type: 'safety', report: safetyReport(), model: 'first try', values: setup.values });
      await panel.page.locator('td.flagged', { hasText: '42.0%' }).waitFor();
      const flag = panel.page.locator('summary', { hasText: 'Rotate' }).locator('.group-flag');
      assert.match(
        (await flag.getAttribute('aria-label')) ?? '',
        /changed what the model sees in images of square, triangle/,
      );
      await field(panel, 'augment.rotate.degrees').fill('3');
      await field(panel, 'augment.rotate.degrees').press('Enter');
      await panel.page.locator('tr.stale', { hasText: 'settings changed since' }).waitFor();
    }));
});
