import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { stateLooks } from '../../../webview/ui/state-looks.ts';
import { type Harness, type PanelPage, startHarness, waitFor } from '../../tools/panel-harness/page.ts';
import { fakeRun, scenes } from '../../tools/panel-harness/runs.ts';
import { lastSent, noBrowser, withPanel } from '../../tools/panel-harness/with-panel.ts';

/** The built panel in a real browser, served with the host's Content-Security-Policy. */
describe('Run panel', { skip: noBrowser, timeout: 300_000 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness();
  });
  after(() => harness.close());

  const action = (panel: PanelPage, name: string) => panel.page.locator(`.actions vscode-button:has-text("${name}")`);
  const picture = async (panel: PanelPage) =>
    (await panel.page.locator('canvas').first().screenshot()).toString('base64');
  /** The first chart as it is once it has stopped changing. */
  async function settled(panel: PanelPage): Promise<string> {
    let last = '';
    for (let tries = 0; tries < 50; tries++) {
      await panel.page.waitForTimeout(250);
      const now = await picture(panel);
      if (now === last) return now;
      last = now;
    }
    throw new Error('The chart never stopped changing.');
  }

  test('shows the tricks as chips, every class with its figures, and what each phase cost', () =>
    withPanel(harness, { width: 900 }, async (panel) => {
      await panel.send(scenes.phases!());
      const chips = panel.page.getByRole('list', { name: 'Tricks' }).getByRole('listitem');
      assert.deepEqual(await chips.allTextContents(), [
        'Progressive resizing 32 → 48 → 64',
        'Cosine decay',
        'Averaged weights 0.999',
      ]);
      const rows = (name: string) => panel.page.getByRole('group', { name }).locator('tbody tr');
      assert.equal(await rows('Figures of each class').count(), 6);
      assert.match((await rows('Figures of each class').first().textContent()) ?? '', /^activities/);
      assert.equal(await rows('Phases').count(), 3);
      assert.match((await rows('Phases').last().textContent()) ?? '', /3 of 3.*64 × 64.*6 \/ 10/);
      await panel.send(fakeRun('running', { tricks: [] }).snapshot);
      await panel.page.getByRole('list', { name: 'Tricks' }).waitFor({ state: 'hidden' });
      await panel.page.locator('[data-section="phases"]').waitFor({ state: 'hidden' });
    }));

  test('says ready once, and shows every state without an error', () =>
    withPanel(harness, { width: 420 }, async (panel) => {
      assert.deepEqual(await panel.sent(), [{ type: 'ready' }]);
      for (const [name, scene] of Object.entries(scenes)) {
        const snapshot = scene();
        await panel.send(snapshot);
        const label = stateLooks[snapshot.summary.state].label;
        await panel.page.locator('.state', { hasText: label }).waitFor();
        const charts = panel.page.locator('.chart').first();
        await charts.waitFor({ state: snapshot.series.step.length > 0 ? 'visible' : 'hidden' });
        if (snapshot.summary.message) await panel.page.getByRole('alert').getByText(snapshot.summary.message).waitFor();
        const overflow = await panel.page.evaluate('document.documentElement.scrollWidth > innerWidth');
        assert.equal(overflow, false, `${name}: wider than 420 px`);
      }
    }));

  test('buttons send what they say, and focus stays when Stop becomes Resume', () =>
    withPanel(harness, {}, async (panel) => {
      const run = fakeRun('running', { steps: 320 });
      await panel.send(run.snapshot);
      await action(panel, 'Stop').focus();
      await panel.page.keyboard.press('Enter');
      assert.deepEqual(await lastSent(panel), { type: 'stop' });
      await panel.page.locator('.actions vscode-button[disabled]').waitFor();
      await panel.send({ ...run.next(1), summary: { ...run.snapshot.summary, state: 'stopped' } });
      await action(panel, 'Resume').waitFor();
      await waitFor(
        panel.page,
        'document.activeElement.matches("vscode-button") && document.activeElement.textContent.includes("Resume")',
      );
      await panel.page.locator('.visually-hidden', { hasText: 'Stopped' }).waitFor({ state: 'attached' });
      await panel.page.keyboard.press('Enter');
      assert.deepEqual(await lastSent(panel), { type: 'resume' });
      await action(panel, 'Classify').click();
      assert.deepEqual(await lastSent(panel), { type: 'classify' });
    }));

  test('curves move with deltas and go back with a shorter snapshot', () =>
    withPanel(harness, {}, async (panel) => {
      const run = fakeRun('running', { steps: 20 });
      const step = panel.page.locator('.fact', { hasText: 'Step' }).locator('dd');
      await panel.send(run.snapshot);
      await step.getByText('20 / 4,500').waitFor();
      const before = await settled(panel);
      for (let at = 0; at < 20; at++) await panel.send(run.next(7));
      await step.getByText('160 / 4,500').waitFor();
      assert.notEqual(await settled(panel), before);
      await panel.send(run.snapshot);
      await step.getByText('20 / 4,500').waitFor();
      assert.equal((await settled(panel)) === before, true, 'the same picture as before');
    }));

  test('the keyboard reads and zooms the curves', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(scenes.done!());
      const plot = panel.page.locator('.plot').nth(1);
      await plot.focus();
      await panel.page.keyboard.press('Home');
      assert.match((await plot.getAttribute('aria-valuetext')) ?? '', /^Step 1 · .*Accuracy train/);
      await panel.page.keyboard.press('PageDown');
      assert.match((await plot.getAttribute('aria-valuetext')) ?? '', /^Step 451 · /);
      assert.equal(await panel.page.locator('.readout:visible').count(), 1);
      assert.equal(await panel.page.locator('.crosshair:visible').count(), 3);
      await panel.page.keyboard.press('+');
      const reset = panel.page.locator('vscode-button:has-text("Reset Zoom")');
      await reset.waitFor();
      await panel.page.keyboard.press('0');
      await reset.waitFor({ state: 'hidden' });
    }));

  test('dragging zooms, a double click shows everything again', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(scenes.done!());
      const box = (await panel.page.locator('.plot').first().boundingBox())!;
      await panel.page.mouse.move(box.x + 120, box.y + 80);
      await panel.page.mouse.down();
      await panel.page.mouse.move(box.x + 220, box.y + 80, { steps: 3 });
      await panel.page.mouse.up();
      const reset = panel.page.locator('vscode-button:has-text("Reset Zoom")');
      await reset.waitFor();
      await panel.page.mouse.dblclick(box.x + 120, box.y + 80);
      await reset.waitFor({ state: 'hidden' });
    }));

  test('what the user set comes back after a reload', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(scenes.done!());
      await panel.page.getByLabel('Epoch').check({ force: true });
      await panel.page.locator('vscode-checkbox').click();
      await panel.page.getByLabel('Smoothing').fill('0');
      await panel.page.locator('.chart').first().getByRole('button', { name: 'Validation' }).click();
      await panel.page.locator('summary', { hasText: 'Configuration' }).click();
      await waitFor(panel.page, 'panelHarness.state.open.includes("config")');
      const state = await panel.savedState();
      assert.deepEqual(state, {
        folder: scenes.done!().summary.folder,
        xAxis: 'epoch',
        logScale: true,
        smoothing: 0,
        hidden: ['validation'],
        open: ['warnings', 'classes', 'phases', 'config'],
      });
      await withPanel(harness, { state }, async (again) => {
        await again.send(scenes.done!());
        await again.page.locator('details[data-section=config] pre').waitFor();
        assert.equal(await again.page.getByLabel('Epoch').isChecked(), true);
        assert.equal(await again.page.getByLabel('Smoothing').inputValue(), '0');
        const validation = again.page.locator('.chart').first().getByRole('button', { name: 'Validation' });
        assert.equal(await validation.getAttribute('aria-pressed'), 'false');
        assert.deepEqual(await again.savedState(), state);
      });
    }));

  test('charts follow a change of the colour theme', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(scenes.done!());
      const dark = await settled(panel);
      await panel.setTheme('hc-light');
      const changed = await settled(panel);
      assert.equal(changed === dark, false, 'still the old colours');
      await withPanel(harness, { theme: 'hc-light' }, async (fresh) => {
        await fresh.send(scenes.done!());
        assert.equal((await settled(fresh)) === changed, true, 'as if it had been opened with that theme');
      });
    }));

  test('exports a PNG and every step as CSV', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(scenes.done!());
      await panel.page.getByRole('button', { name: 'PNG' }).click();
      const png = await lastSent(panel);
      assert.equal(png?.suggestedName, 'Emoji-small-CNN-one-cycle.png');
      const bytes = Buffer.from(String(png?.data), 'base64');
      assert.deepEqual([...bytes.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
      assert.ok(bytes.readUInt32BE(16) > 1000, 'two pixels of the file for one of the page');
      await panel.page.getByRole('button', { name: 'CSV' }).click();
      const csv = await lastSent(panel);
      assert.equal(String(csv?.data).trimEnd().split('\n').length, 4501);
    }));

  test('names with markup are text', () =>
    withPanel(harness, {}, async (panel) => {
      const name = '<img src=x onerror="document.title=1"> & co';
      await panel.send(fakeRun('running', { steps: 3, name, note: name, tags: [name] }).snapshot);
      assert.equal(await panel.page.getByRole('heading', { level: 1 }).textContent(), name);
      assert.equal(await panel.page.locator('img').count(), 0);
    }));

  test('files are opened, the configuration is copied', () =>
    withPanel(harness, {}, async (panel) => {
      const snapshot = scenes.done!();
      await panel.send(snapshot);
      await panel.page.locator('summary', { hasText: 'Files' }).click();
      await panel.page.getByRole('button', { name: 'log.txt' }).click();
      assert.deepEqual(await lastSent(panel), { type: 'openFile', file: 'log.txt' });
      await panel.page.locator('summary', { hasText: 'Configuration' }).click();
      await panel.page.locator('.config vscode-button').click();
      await panel.page.locator('.visually-hidden', { hasText: 'Copied' }).waitFor({ state: 'attached' });
      assert.equal(await panel.page.evaluate('navigator.clipboard.readText()'), snapshot.config);
    }));

  test('nothing moves by itself under reduced motion', () =>
    withPanel(harness, { reducedMotion: true }, async (panel) => {
      await panel.send(scenes.starting!());
      await panel.page.locator('.ring').waitFor();
      assert.equal(await panel.page.evaluate('document.getAnimations().length'), 0);
    }));
});
