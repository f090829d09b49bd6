import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { baselineScenes, listOf, reports, shown } from '../../tools/panel-harness/baselines.ts';
import { picture } from '../../tools/panel-harness/evaluations.ts';
import { type Harness, type PanelPage, startHarness, waitFor } from '../../tools/panel-harness/page.ts';
import { lastSent, noBrowser, withPanel } from '../../tools/panel-harness/with-panel.ts';

describe('Baseline panel', { skip: noBrowser, timeout: 240_000 }, () => {
  const [squeezenet, mobilenet, compared, started] = reports;
  let harness: Harness;
  before(async () => {
    harness = await startHarness('baseline');
  });
  after(() => harness.close());

  const firstColumn = (panel: PanelPage, table: string) =>
    panel.page
      .locator(`[aria-label="${table}"] tbody th`)
      .evaluateAll((cells) => cells.map((cell) => cell.firstElementChild?.textContent ?? ''));

  test('says ready once, and shows every state without an error, narrow too', () =>
    withPanel(harness, { width: 420 }, async (panel) => {
      assert.deepEqual(await panel.sent(), [{ type: 'ready' }]);
      for (const [name, make] of Object.entries(baselineScenes)) {
        for (const message of make()) await panel.send(message);
        await panel.page.waitForTimeout(30);
        const overflow = await panel.page.evaluate('document.documentElement.scrollWidth > innerWidth');
        assert.equal(overflow, false, `${name}: wider than 420 px`);
      }
    }));

  test('says what to do where nothing was measured, and asks for it', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send(listOf([]));
      await panel.page.getByText('Nothing was measured yet').waitFor();
      await panel.page.locator('vscode-button:has-text("Instant Baseline")').click();
      assert.deepEqual(await lastSent(panel), { type: 'measure', what: 'baseline' });
      await panel.page.locator('vscode-button:has-text("Which Algorithm")').click();
      assert.deepEqual(await lastSent(panel), { type: 'measure', what: 'algorithms' });
      await panel.page.locator('vscode-button:has-text("Plan a First Run")').click();
      assert.deepEqual(await lastSent(panel), { type: 'start', id: null });
      await panel.send(listOf([], { trusted: false }));
      await panel.page.getByText('trust this workspace first').waitFor();
      await waitFor(
        panel.page,
        '[...document.querySelectorAll("vscode-button")].filter((one) => one.disabled).length >= 3',
      );
    }));

  test('shows both accuracies with their intervals, and the hardest class first', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      await panel.send(listOf([mobilenet]));
      await panel.send(shown(mobilenet));
      const { probe, neighbours, perClass, hard } = mobilenet.baseline ?? assert.fail();
      const tiles = await panel.page.locator('.tile').allTextContents();
      const percent = (value: number) => `${(value * 100).toFixed(1)}%`;
      for (const [at, { accuracy }] of [probe, neighbours].entries()) {
        for (const value of [accuracy.value, accuracy.low, accuracy.high])
          assert.ok(tiles[at]?.includes(percent(value)), `${tiles[at]} lacks ${value}`);
      }
      assert.match(tiles[2] ?? '', new RegExp(`${probe.strength}`));
      const expected = perClass.toSorted((a, b) => (a.recall?.value ?? 0) - (b.recall?.value ?? 0));
      assert.deepEqual(
        await firstColumn(panel, 'Classes'),
        expected.map(({ label }) => label),
      );
      assert.equal(await panel.page.locator('.is-hard').count(), hard.length);
      await panel.page.locator('[aria-label="Classes"] tbody .link').first().click();
      assert.deepEqual(await lastSent(panel), { type: 'inspect', path: null, label: expected[0]?.label });
      await panel.page.locator('vscode-button:has-text("Fine-Tune from Here")').click();
      assert.deepEqual(await lastSent(panel), { type: 'start', id: mobilenet.id });
      await panel.page.getByText('1 image could not be read').click();
      await panel.page.getByText('sea/9.jpg: The file ends too soon.').waitFor();
    }));

  test('images of a confused pair open in Inspect, by mouse and by keyboard', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      await panel.send(listOf([mobilenet]));
      await panel.send(shown(mobilenet));
      const [pair] = mobilenet.baseline?.confused ?? assert.fail();
      const [first, second] = pair?.examples ?? assert.fail();
      const { thumb } = await picture(1);
      await panel.send({ type: 'pictures', id: mobilenet.id, pictures: [{ path: first?.path, uri: thumb }] });
      await waitFor(panel.page, 'document.querySelector(".example img").naturalWidth > 0');
      const tiles = panel.page.locator('.confusion').first().locator('.example');
      await tiles.first().click();
      assert.deepEqual(await lastSent(panel), { type: 'inspect', path: first?.path, label: null });
      await panel.page.keyboard.press('ArrowRight');
      await panel.page.keyboard.press('Enter');
      assert.equal((await lastSent(panel))?.path, second?.path);
      assert.equal(await panel.page.locator('.confusion').first().locator('[tabindex="0"]').count(), 1);
    }));

  test('algorithms sort by every column, keep the choice and say what to take', () =>
    withPanel(harness, { width: 1300 }, async (panel) => {
      await panel.send(listOf([compared]));
      await panel.send(shown(compared));
      const { algorithms, recommendation, runs } = compared.algorithms ?? assert.fail();
      await panel.page.getByText(recommendation).waitFor();
      const titles = () => firstColumn(panel, 'Algorithms');
      assert.deepEqual(
        await titles(),
        algorithms.map(({ title }) => title),
      );
      const by = (key: 'fitSeconds' | 'bytes') =>
        algorithms.toSorted((a, b) => a[key] - b[key]).map((one) => one.title);
      await panel.page.locator('.sort[data-column="fit"]').click();
      assert.deepEqual(await titles(), by('fitSeconds'));
      assert.equal(await panel.page.locator('th[aria-sort="ascending"] .sort').getAttribute('data-column'), 'fit');
      await panel.page.keyboard.press('Enter');
      assert.deepEqual(await titles(), by('fitSeconds').toReversed(), 'the focus stayed on the column');
      await panel.page.locator('.sort[data-column="memory"]').click();
      assert.deepEqual(await titles(), by('bytes'));
      const { algorithms: kept } = (await panel.savedState()) as { algorithms: object };
      assert.deepEqual(kept, { column: 'memory', descending: false });
      for (const { interpretability } of algorithms) await panel.page.getByText(interpretability).first().waitFor();
      await panel.page.locator('.beside-list .link').click();
      assert.deepEqual(await lastSent(panel), { type: 'openRun', folder: runs[0]?.folder });
    }));

  test('earlier reports are listed to compare, to go back to and to delete', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      await panel.send(listOf(reports));
      await panel.send(shown(started));
      const rows = panel.page.locator('[aria-label="Kept reports"] tbody tr');
      assert.equal(await rows.count(), reports.length);
      assert.match((await rows.last().textContent()) ?? '', /squeezenet/);
      await rows.last().locator('.link').click();
      assert.deepEqual(await lastSent(panel), { type: 'select', id: squeezenet.id });
      await panel.send(listOf(reports, { selected: squeezenet.id }));
      await panel.send(shown(squeezenet));
      await waitFor(panel.page, '/squeezenet/.test(document.querySelector(".chosen").textContent)');
      assert.equal(((await panel.savedState()) as { selected: string }).selected, squeezenet.id);
      await panel.page.selectOption('#report', started.id);
      assert.deepEqual(await lastSent(panel), { type: 'select', id: started.id });
      await rows.first().locator('vscode-button').click();
      assert.deepEqual(await lastSent(panel), { type: 'delete', id: started.id });
    }));

  test('a planned first run says why, opens its config and trains', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      await panel.send(listOf([started]));
      await panel.send(shown(started));
      for (const { choice, why } of started.plan?.reasons ?? assert.fail()) {
        await panel.page.locator('.choices strong', { hasText: choice }).waitFor();
        await panel.page.getByText(why).waitFor();
      }
      await panel.page.locator('vscode-button:has-text("Open Config")').click();
      assert.deepEqual(await lastSent(panel), { type: 'openConfig', id: started.id });
      await panel.page.locator('vscode-button:has-text("Train")').first().click();
      assert.deepEqual(await lastSent(panel), { type: 'train', id: started.id });
    }));

  test('what was chosen comes back after a reload', () =>
    withPanel(
      harness,
      { width: 1300, state: { source: compared.source, algorithms: { column: 'clarity', descending: true } } },
      async (panel) => {
        await panel.send(listOf([compared]));
        await panel.send(shown(compared));
        await waitFor(panel.page, 'document.querySelector("th[aria-sort] .sort").dataset.column === "clarity"');
      },
    ));
});
