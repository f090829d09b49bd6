import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Harness, startHarness, waitFor } from '../../tools/panel-harness/page.ts';
import { fakeSchedule, scheduleScenes } from '../../tools/panel-harness/schedules.ts';
import { noBrowser, withPanel } from '../../tools/panel-harness/with-panel.ts';

/** The built panel in a real browser, served with the host's Content-Security-Policy. */
describe('Schedule panel', { skip: noBrowser, timeout: 120_000 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness('schedule');
  });
  after(() => harness.close());

  test('shows every kind of schedule without an error, beside an editor', () =>
    withPanel(harness, { theme: 'light', width: 420 }, async (panel) => {
      for (const [name, scene] of Object.entries(scheduleScenes)) {
        const snapshot = scene();
        await panel.send(snapshot);
        if (snapshot.schedule) await panel.page.locator('.fact', { hasText: snapshot.kind }).first().waitFor();
        const overflow = await panel.page.evaluate('document.documentElement.scrollWidth > innerWidth');
        assert.equal(overflow, false, `${name}: wider than 420 px`);
      }
    }));

  test('keeps the last curve, faded, while the config has mistakes', () =>
    withPanel(harness, { theme: 'light', width: 420 }, async (panel) => {
      await panel.send(fakeSchedule());
      await panel.send(scheduleScenes.broken!());
      await panel.page.locator('.notice', { hasText: 'Did you mean "one-cycle"?' }).waitFor();
      assert.equal(await panel.page.locator('.outdated .chart').isVisible(), true);
      await panel.send(fakeSchedule());
      await panel.page.locator('.notice', { hasText: 'Did you mean' }).waitFor({ state: 'hidden' });
      assert.equal(await panel.page.locator('.outdated').count(), 0);
    }));

  test('a config that never could be read has mistakes and no curve', () =>
    withPanel(harness, { theme: 'light', width: 420 }, async (panel) => {
      await panel.send(scheduleScenes.broken!());
      await panel.page.locator('.notice', { hasText: 'training.epochs' }).waitFor();
      assert.equal(await panel.page.locator('.chart').isVisible(), false);
    }));

  test('the keyboard reads the curve, by epochs and by steps; what was chosen is kept', () =>
    withPanel(harness, { theme: 'light', width: 420 }, async (panel) => {
      await panel.send(fakeSchedule());
      const plot = panel.page.locator('.plot');
      await plot.focus();
      await panel.page.keyboard.press('End');
      assert.match(
        (await plot.getAttribute('aria-valuetext')) ?? '',
        /^Step 560 · Epoch 9\.98, Learning rate .*beta1 0\.95/,
      );
      await panel.page.getByLabel('Step', { exact: true }).check({ force: true });
      await panel.page.locator('vscode-checkbox').click();
      await waitFor(panel.page, 'panelHarness.state.logScale && panelHarness.state.xAxis === "step"');
    }));

  test('offers to scan a data set whose images are not counted', () =>
    withPanel(harness, { theme: 'light', width: 420 }, async (panel) => {
      await panel.send(scheduleScenes.unknown!());
      await panel.page.locator('vscode-button', { hasText: 'Scan' }).click();
      assert.deepEqual((await panel.sent()).at(-1), { type: 'scan' });
      assert.equal(await panel.page.getByLabel('Step', { exact: true }).isVisible(), false);
    }));
});
