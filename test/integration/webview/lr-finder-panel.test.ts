import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { stateLooks } from '../../../webview/ui/state-looks.ts';
import { fakeFinder, finderScenes } from '../../tools/panel-harness/finders.ts';
import { type Harness, type PanelPage, startHarness, waitFor } from '../../tools/panel-harness/page.ts';
import { lastSent, noBrowser, withPanel } from '../../tools/panel-harness/with-panel.ts';

/** The built panel in a real browser, served with the host's Content-Security-Policy. */
describe('Learning-rate panel', { skip: noBrowser, timeout: 180_000 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness('lr-finder');
  });
  after(() => harness.close());

  const marker = (panel: PanelPage, method: string) =>
    panel.page.getByRole('slider', { name: `${method}: learning rate` });
  const use = (panel: PanelPage) => panel.page.locator('.actions vscode-button').first();
  const rateOf = async (panel: PanelPage, method: string) =>
    Number(await marker(panel, method).getAttribute('aria-valuenow'));

  /** Where a marker stands once the chart has been laid out. */
  const settledBox = async (panel: PanelPage, method: string) => {
    for (let last = ''; ; ) {
      const box = await marker(panel, method).boundingBox();
      if (box && JSON.stringify(box) === last) return box;
      last = JSON.stringify(box);
      await panel.page.waitForTimeout(100);
    }
  };

  test('shows every state without an error, also beside an editor', () =>
    withPanel(harness, { width: 420 }, async (panel) => {
      assert.deepEqual(await panel.sent(), [{ type: 'ready' }]);
      for (const [name, scene] of Object.entries(finderScenes)) {
        const snapshot = scene();
        await panel.send(snapshot);
        await panel.page.locator('.state', { hasText: stateLooks[snapshot.summary.state].label }).waitFor();
        const { verdict } = snapshot.summary;
        if (verdict) await panel.page.locator('.notice', { hasText: verdict.message }).waitFor();
        const overflow = await panel.page.evaluate('document.documentElement.scrollWidth > innerWidth');
        assert.equal(overflow, false, `${name}: wider than 420 px`);
      }
    }));

  test('a marker is moved by the keyboard, put back, and its rate taken', () =>
    withPanel(harness, {}, async (panel) => {
      const snapshot = finderScenes.done!();
      await panel.send(snapshot);
      const suggested = snapshot.suggestions.valley!.median;
      await marker(panel, 'valley').focus();
      assert.ok(Math.abs((await rateOf(panel, 'valley')) / suggested - 1) < 1e-9);
      const shown = `document.querySelector('[aria-label^="valley"]').getAttribute('aria-valuenow')`;
      await panel.page.keyboard.press('ArrowRight');
      await waitFor(panel.page, `Number(${shown}) > ${suggested}`);
      await panel.page.keyboard.press('Shift+ArrowRight');
      await waitFor(panel.page, `Number(${shown}) > 1.5 * ${suggested}`);
      const words = (await marker(panel, 'valley').getAttribute('aria-valuetext')) ?? '';
      assert.match(words, /smoothed loss \d.*moved from/);
      await panel.page.keyboard.press('Enter');
      assert.deepEqual(await lastSent(panel), { type: 'use', rate: await rateOf(panel, 'valley') });
      await panel.page.keyboard.press('Backspace');
      await waitFor(panel.page, 'Object.keys(panelHarness.state.moved).length === 0');
      await panel.page.keyboard.press('ArrowDown');
      await waitFor(panel.page, 'panelHarness.state.selected === "steep"');
      await waitFor(panel.page, `document.querySelector('[aria-label^="steep"]').getAttribute('tabindex') === '0'`);
      assert.equal(await marker(panel, 'valley').getAttribute('tabindex'), '-1');
      assert.equal(await panel.page.getByRole('radio', { name: /^steep/ }).isChecked(), true);
    }));

  test('a marker is dragged by the mouse, and a click brings the selected one', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(finderScenes.done!());
      const before = await rateOf(panel, 'minimum');
      const box = await settledBox(panel, 'minimum');
      const [x, y] = [box.x + box.width / 2, box.y + box.height - 40];
      await panel.page.mouse.move(x, y);
      await panel.page.mouse.down();
      await panel.page.mouse.move(x - 120, y, { steps: 4 });
      await panel.page.mouse.up();
      const shown = `document.querySelector('[aria-label^="minimum"]').getAttribute('aria-valuenow')`;
      await waitFor(panel.page, `Number(${shown}) < ${before / 3}`);
      const dragged = await rateOf(panel, 'minimum');
      const plot = (await panel.page.locator('.plot').boundingBox())!;
      await panel.page.mouse.click(plot.x + plot.width * 0.4, plot.y + plot.height * 0.6);
      await waitFor(panel.page, `Number(${shown}) < ${dragged}`);
      await panel.page.getByRole('button', { name: 'Put back' }).click();
      await waitFor(panel.page, `Number(${shown}) === ${before}`);
    }));

  test('the button says what it does, and is off where the config has the rate', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(finderScenes.done!());
      assert.match((await use(panel).textContent()) ?? '', /Use 4\.8e-4/);
      await use(panel).click();
      assert.deepEqual(await lastSent(panel), { type: 'use', rate: 4.8e-4 });
      await panel.send(fakeFinder({ origin: { learningRate: 4.8e-4 } }));
      await panel.page.locator('.actions vscode-button[disabled]', { hasText: 'Is in Use' }).waitFor();
      await panel.send(fakeFinder({ origin: { kind: 'run' } }));
      await panel.page.locator('.actions vscode-button', { hasText: 'Duplicate with 4.8e-4' }).waitFor();
      await panel.page.locator('.actions vscode-button', { hasText: 'Copy' }).click();
      assert.deepEqual(await lastSent(panel), { type: 'copy', rate: 4.8e-4 });
    }));

  test('runs again with other settings, and says which can’t be', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(finderScenes.stale!());
      await panel.page.locator('.notice', { hasText: 'training.batchSize, model.architecture' }).waitFor();
      await panel.page.locator('summary').click();
      await panel.page.getByLabel('Last rate').fill('1e-9');
      await panel.page.getByRole('alert').getByText('larger than the first').waitFor();
      await panel.page.getByLabel('Last rate').fill('1');
      await panel.page.getByLabel('Iterations').fill('200');
      await panel.page.getByLabel('Iterations').press('Enter');
      assert.deepEqual(await lastSent(panel), { type: 'again', sweep: { start: 1e-7, end: 1, steps: 200, seeds: 3 } });
    }));

  test('what the user chose comes back after a reload, and is forgotten with another finder', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(finderScenes.done!());
      await marker(panel, 'slide').focus();
      await panel.page.keyboard.press('ArrowLeft');
      await waitFor(panel.page, '"slide" in panelHarness.state.moved');
      const state = await panel.savedState();
      await withPanel(harness, { state }, async (again) => {
        await again.send(finderScenes.done!());
        assert.equal(await again.page.getByRole('radio', { name: /^slide/ }).isChecked(), true);
        assert.equal(await rateOf(again, 'slide'), await rateOf(panel, 'slide'));
        const other = finderScenes.done!();
        other.summary.folder += '-2';
        await again.send(other);
        await waitFor(again.page, 'Object.keys(panelHarness.state.moved).length === 0');
      });
    }));

  test('the keyboard reads the curve; PNG and CSV have all of it', () =>
    withPanel(harness, {}, async (panel) => {
      const snapshot = finderScenes.done!();
      await panel.send(snapshot);
      await panel.page.locator('.marker').first().waitFor();
      const plot = panel.page.locator('.plot');
      await plot.focus();
      await panel.page.keyboard.press('Home');
      assert.match((await plot.getAttribute('aria-valuetext')) ?? '', /^Rate 1e-7, Smoothed loss \d/);
      await panel.page.getByRole('button', { name: 'CSV' }).click();
      const csv = await lastSent(panel);
      assert.equal(String(csv?.data).trimEnd().split('\n').length, 1 + snapshot.summary.done);
      await panel.page.getByRole('button', { name: 'PNG' }).click();
      const png = await lastSent(panel);
      assert.equal(png?.suggestedName, 'Emoji-categories-learning-rate.png');
      assert.deepEqual([...Buffer.from(String(png?.data), 'base64').subarray(1, 4)], [80, 78, 71]);
    }));
});
