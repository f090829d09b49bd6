import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fakeComparison, fakePictures } from '../../tools/panel-harness/comparisons.ts';
import { type Harness, type PanelPage, startHarness, waitFor } from '../../tools/panel-harness/page.ts';
import { noBrowser, withPanel } from '../../tools/panel-harness/with-panel.ts';

/** The built panel in a real browser, served with the host's Content-Security-Policy. */
describe('Compare panel', { skip: noBrowser, timeout: 300_000 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness('compare');
  });
  after(() => harness.close());

  async function show(panel: PanelPage, count: number) {
    const comparison = fakeComparison(count, 600);
    await panel.send(comparison.runs);
    await panel.send(comparison.curves);
    await panel.send(comparison.verdicts);
    return comparison;
  }

  const rows = (panel: PanelPage) => panel.page.locator('.rows .row');
  const row = (panel: PanelPage, name: string) => rows(panel).filter({ hasText: name }).first();
  const names = (panel: PanelPage) =>
    panel.page.evaluate<string[]>(`[...document.querySelectorAll('.rows .row')]
    .sort((a, b) => a.ariaRowIndex - b.ariaRowIndex).map((row) => row.querySelector('.name').textContent)`);
  const sentOf = async (panel: PanelPage, type: string) =>
    (await panel.sent()).filter((message) => message.type === type);
  const overlays = (panel: PanelPage) =>
    panel.page.evaluate<string[]>(
      `[...document.querySelectorAll('.canvas-over')].map((canvas) => canvas.width ? canvas.toDataURL() : '')`,
    );
  async function until<T>(what: string, read: () => Promise<T | undefined>): Promise<T> {
    for (let tries = 0; tries < 200; tries++) {
      const value = await read();
      if (value !== undefined) return value;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`Not within 10 s: ${what}.`);
  }

  test('shows 2, 12 and 200 runs, and only the rows in sight are in the page', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      assert.deepEqual(await panel.sent(), [{ type: 'ready' }]);
      for (const count of [2, 12, 200]) {
        await show(panel, count);
        await panel.page.getByRole('heading', { name: `Compare ${count} runs` }).waitFor();
        assert.equal(await panel.page.locator('.grid').getAttribute('aria-rowcount'), String(count + 1));
        assert.ok((await rows(panel).count()) <= 40, `${await rows(panel).count()} rows`);
        assert.equal(await panel.page.locator('.charts .chart').count(), 5);
      }
      await panel.page.evaluate('document.querySelector(".grid").scrollTo(0, 100 * 28)');
      await panel.page.locator('.rows .row[aria-rowindex="104"]').waitFor();
    }));

  test('a narrow panel does not overflow', () =>
    withPanel(harness, { width: 420 }, async (panel) => {
      await show(panel, 12);
      await panel.page.locator('.charts .chart').first().waitFor();
      assert.equal(await panel.page.evaluate('document.documentElement.scrollWidth > innerWidth'), false);
    }));

  test('what differs stands before the figures, with Δ to the baseline and marks of what is real', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      await show(panel, 12);
      const heads = await panel.page.locator('.row-head .head-text').allTextContents();
      assert.equal(heads[0], 'Run');
      assert.ok(heads.indexOf('learningRate') < heads.indexOf('Verdict'));
      assert.ok(heads.indexOf('Verdict') < heads.indexOf('Val. accuracy'));
      assert.ok(!heads.includes('seed'), 'what is the same everywhere is left out');
      await row(panel, 'resnet34 adamw 0.003').locator('.verdict', { hasText: 'better' }).waitFor();
      assert.match((await row(panel, 'resnet34 adamw 0.003').locator('.delta').first().textContent()) ?? '', /^\+\d/);
      assert.equal(await row(panel, 'Emoji').locator('.badge-baseline').count(), 1);
    }));

  test('a hover highlights the run everywhere without a change of the layout', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      await show(panel, 12);
      await panel.page.waitForTimeout(600);
      const blank = await overlays(panel);
      await row(panel, 'resnet18 sgd 0.01').hover({ position: { x: 60, y: 12 } });
      await panel.page.locator('.canvas-base.faded').nth(6).waitFor();
      const drawn = await overlays(panel);
      assert.equal(drawn.length, 7);
      assert.ok(
        drawn.every((picture, at) => picture !== blank[at]),
        'the run is drawn in every chart',
      );
      const plot = panel.page.locator('.plot').first();
      const box = (await plot.boundingBox())!;
      await plot.hover({ position: { x: box.width * 0.6, y: box.height * 0.8 } });
      await panel.page.locator('.row.highlighted').waitFor();
      await panel.page.locator('.readout:visible').first().waitFor();
      await panel.page.mouse.move(2, 2);
      await panel.page.locator('.row.highlighted').waitFor({ state: 'detached' });
    }));

  test('a click selects the run in the tree and asks for its details', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      const { detail, runs } = await show(panel, 12);
      await row(panel, 'resnet18 adamw 0.0003').click({ position: { x: 60, y: 12 } });
      const id = runs.runs[1]!.id;
      assert.deepEqual(await sentOf(panel, 'select'), [{ type: 'select', run: id }]);
      assert.deepEqual(await sentOf(panel, 'detail'), [{ type: 'detail', a: runs.runs[0]!.id, b: id }]);
      await panel.send(detail);
      await panel.page.locator('.confusion').waitFor();
      const [asked] = await sentOf(panel, 'pictures');
      assert.equal((asked as { images: unknown[] } | undefined)?.images.length, 24);
      await panel.send({ type: 'pictures', pictures: fakePictures(detail.detail!.won) });
      await panel.page.locator('.gallery img').nth(23).waitFor();
      await panel.page.locator('vscode-button', { hasText: 'Show More' }).first().click();
      assert.equal(await panel.page.locator('.gallery .tile').count(), 40);
      await panel.page.locator('.gallery .tile').first().click();
      assert.deepEqual(await sentOf(panel, 'openImage'), [{ type: 'openImage', path: detail.detail!.won[0]!.path }]);
      const table = panel.page.locator('.figures-table').first();
      assert.match((await table.textContent()) ?? '', /Accuracy.*84\.8%.*86\.6%.*\+1\.9/);
    }));

  test('the keyboard goes through the runs, pins, hides and edits in place', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      const { runs } = await show(panel, 12);
      await rows(panel).first().focus();
      await panel.page.keyboard.press('ArrowDown');
      await panel.page.keyboard.press('ArrowDown');
      await panel.page.keyboard.press('b');
      assert.deepEqual(await sentOf(panel, 'pin'), [{ type: 'pin', run: runs.runs[2]!.id }]);
      await panel.page.keyboard.press('h');
      await panel.page.locator('.row.hidden-run').waitFor();
      await panel.page.keyboard.press('t');
      await panel.page.locator('input.edit').fill('one, two');
      await panel.page.keyboard.press('Enter');
      assert.deepEqual(await sentOf(panel, 'edit'), [{ type: 'edit', run: runs.runs[2]!.id, tags: ['one', ' two'] }]);
      await waitFor(panel.page, 'document.activeElement.matches(".row")');
      await panel.page.keyboard.press('n');
      await panel.page.locator('input.edit').fill('never kept');
      await panel.page.keyboard.press('Escape');
      assert.equal((await sentOf(panel, 'edit')).length, 1);
      await panel.page.keyboard.press('End');
      await panel.page.keyboard.press('Enter');
      assert.equal((await sentOf(panel, 'select')).at(-1)?.run, runs.runs[11]!.id);
      const plot = panel.page.locator('.plot').first();
      await plot.focus();
      await panel.page.keyboard.press('ArrowDown');
      assert.match((await plot.getAttribute('aria-valuetext')) ?? '', /: [\d.]+ step/);
    }));

  test('sorts by any column, best first, then the other way, then not at all', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      const { runs } = await show(panel, 12);
      const head = panel.page.locator('.head-button[data-column="metric:val_accuracy"]');
      const byAccuracy = [...runs.runs]
        .sort((a, b) => b.metrics.val_accuracy! - a.metrics.val_accuracy!)
        .map(({ name }) => name);
      await head.click();
      assert.deepEqual(await names(panel), byAccuracy);
      await head.click();
      assert.deepEqual(await names(panel), byAccuracy.reverse());
      await head.click();
      assert.deepEqual(
        await names(panel),
        runs.runs.map(({ name }) => name),
      );
    }));

  test('a part of a parallel axis keeps some runs everywhere, by keyboard and by pointer', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      await show(panel, 12);
      const handle = panel.page.locator('.axis-handle').nth(2);
      await handle.focus();
      await panel.page.keyboard.press('ArrowUp');
      await panel.page.locator('.brushed', { hasText: 'of 12 runs are within' }).waitFor();
      const kept = await rows(panel).count();
      assert.ok(kept > 0 && kept < 12, `${kept} rows`);
      assert.match((await handle.getAttribute('aria-valuetext')) ?? '', / to /);
      await panel.page.keyboard.press('Delete');
      await panel.page.locator('.brushed').waitFor({ state: 'hidden' });
      const plot = panel.page.locator('.plot-parallel');
      await plot.scrollIntoViewIfNeeded();
      const box = (await plot.boundingBox())!;
      await panel.page.mouse.move(box.x + 70, box.y + 250);
      await panel.page.mouse.down();
      await panel.page.mouse.move(box.x + 70, box.y + 160, { steps: 4 });
      await panel.page.mouse.up();
      await panel.page.locator('.brushed vscode-button', { hasText: 'Show All' }).click();
      assert.equal(await rows(panel).count(), 12);
    }));

  test('new runs join, and nobody changes colour', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      await show(panel, 11);
      const colours = () =>
        panel.page.evaluate<string[]>(
          `[...document.querySelectorAll('.rows .row')].slice(0, 11).map((row) => row.querySelector('.swatch-line path').getAttribute('stroke'))`,
        );
      const before = await colours();
      await panel.send(fakeComparison(12, 300).runs);
      await panel.page.getByRole('heading', { name: 'Compare 12 runs' }).waitFor();
      assert.deepEqual(await colours(), before);
    }));

  test('a query is sent when typing rests, and what is wrong with it is told', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      const { runs } = await show(panel, 2);
      await panel.page.locator('#query').fill('val_accuracy > 0.9');
      const asked = await until('the query', async () => (await sentOf(panel, 'scope')).at(-1));
      assert.deepEqual(asked.scope, { kind: 'query', query: 'val_accuracy > 0.9' });
      await panel.send({ ...runs, problem: 'There is no field "x".' });
      await panel.page.getByRole('alert').getByText('There is no field').waitFor();
    }));

  test('what the user set comes back after a reload', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      await show(panel, 12);
      await panel.page.getByLabel('Epoch', { exact: true }).check({ force: true });
      await panel.page.locator('.curves vscode-checkbox').click();
      await panel.page.locator('.chip', { hasText: 'Learning rate' }).click();
      await panel.page.locator('#scatter-x').selectOption('param:training.learningRate');
      await panel.page.locator('.head-button[data-column="metric:val_loss"]').click();
      const state = (await panel.savedState()) as Record<string, unknown>;
      assert.deepEqual(
        [state.xAxis, state.logScale, state.charts, state.sort],
        [
          'epoch',
          true,
          ['loss', 'accuracy', 'val_loss', 'val_accuracy'],
          { column: 'metric:val_loss', descending: false },
        ],
      );
      await withPanel(harness, { width: 1200, state }, async (again) => {
        await show(again, 12);
        await again.page.locator('.charts .chart').nth(3).waitFor();
        assert.equal(await again.page.locator('.charts .chart').count(), 4);
        assert.equal(await again.page.getByLabel('Epoch', { exact: true }).isChecked(), true);
        assert.equal(await again.page.locator('#scatter-x').inputValue(), 'param:training.learningRate');
        assert.deepEqual(await again.savedState(), state);
      });
    }));

  test('exports the table in its order, and the curves as PNG', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      const { runs } = await show(panel, 2);
      await panel.page.waitForTimeout(300);
      await panel.page.locator('.actions vscode-button', { hasText: 'CSV' }).click();
      await panel.page.locator('.actions vscode-button', { hasText: 'Markdown' }).click();
      await panel.page.locator('.actions vscode-button', { hasText: 'PNG' }).click();
      const [csv, md, png] = await sentOf(panel, 'export');
      assert.deepEqual(csv, { type: 'export', format: 'csv', runs: runs.runs.map(({ id }) => id) });
      assert.equal(md?.format, 'md');
      const bytes = Buffer.from(String(png?.data), 'base64');
      assert.deepEqual([...bytes.subarray(0, 8)], [137, 80, 78, 71, 13, 10, 26, 10]);
    }));

  test('names with markup are text, and an empty comparison says why', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      const { runs } = fakeComparison(2, 300);
      const name = '<img src=x onerror="document.title=1">';
      await panel.send({ ...runs, runs: runs.runs.map((entry) => ({ ...entry, name, note: name, tags: [name] })) });
      await panel.page.getByText(name).first().waitFor();
      assert.equal(await panel.page.locator('img').count(), 0);
      await panel.send({ ...runs, runs: [], total: 3 });
      await panel.page.getByText('No run satisfies the query.').waitFor();
      await panel.send({ ...runs, runs: [], total: 0 });
      await panel.page.getByText('There is no run yet.').waitFor();
    }));

  test('everything follows a change of the colour theme', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      await show(panel, 12);
      const stroke = () => panel.page.locator('.swatch-line path').first().getAttribute('stroke');
      const dark = await stroke();
      await panel.setTheme('hc-light');
      await panel.page.waitForTimeout(300);
      assert.notEqual(await stroke(), dark);
    }));
});
