import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  answered,
  evaluateScenes,
  invented,
  picture,
  predictScenes,
  subject,
  summary,
} from '../../tools/panel-harness/evaluations.ts';
import { type Harness, type PanelPage, startHarness, waitFor } from '../../tools/panel-harness/page.ts';
import { lastSent, noBrowser, withPanel } from '../../tools/panel-harness/with-panel.ts';

describe('Evaluation panel', { skip: noBrowser, timeout: 240_000 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness('evaluate');
  });
  after(() => harness.close());

  async function showDone(panel: PanelPage) {
    const { report, images } = invented();
    await panel.send({ type: 'list', subject, evaluations: [summary], selected: summary.id, trusted: true });
    await panel.send({ type: 'report', id: summary.id, report });
    await panel.page.locator('main > .content:not([hidden])').waitFor();
    return { report, images };
  }

  test('says ready once, and shows every state without an error, narrow too', () =>
    withPanel(harness, { width: 420 }, async (panel) => {
      assert.deepEqual(await panel.sent(), [{ type: 'ready' }]);
      for (const [name, make] of Object.entries(evaluateScenes)) {
        for (const message of make()) await panel.send(message);
        await panel.page.waitForTimeout(50);
        const overflow = await panel.page.evaluate('document.documentElement.scrollWidth > innerWidth');
        assert.equal(overflow, false, `${name}: wider than 420 px`);
      }
    }));

  test('starts an evaluation of what is chosen', () =>
    withPanel(harness, {}, async (panel) => {
      await panel.send({ type: 'list', subject, evaluations: [], selected: null, trusted: true });
      await panel.page.selectOption('#target', 'validation');
      await panel.page.selectOption('#views', 'ten-crop');
      await panel.page.locator('vscode-button:has-text("Evaluate")').click();
      assert.deepEqual(await lastSent(panel), { type: 'evaluate', target: 'validation', views: 'ten-crop' });
    }));

  test('a cell asks for its images, by mouse and by keyboard', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      const { report } = await showDone(panel);
      assert.deepEqual(await lastSent(panel), {
        type: 'images',
        id: summary.id,
        selection: { kind: 'worst' },
        from: 0,
        count: 48,
      });
      const [pair] = report.confusedPairs;
      const cell = panel.page.locator(`.cell[data-label="${pair?.label}"][data-predicted="${pair?.predicted}"]`);
      await cell.click();
      const selection = { kind: 'cell', label: pair?.label, predicted: pair?.predicted };
      assert.deepEqual((await lastSent(panel))?.selection, selection);
      assert.equal(await cell.getAttribute('aria-pressed'), 'true');
      const first = panel.page.locator('.cell').first();
      await first.focus();
      await panel.page.keyboard.press('ArrowRight');
      await panel.page.keyboard.press('ArrowDown');
      await panel.page.keyboard.press('ArrowLeft');
      const [row, column] = [report.similarityOrder[1], report.similarityOrder[0]];
      const focused = await panel.page.evaluate(
        '[document.activeElement.dataset.label, document.activeElement.dataset.predicted].map(Number)',
      );
      assert.deepEqual(focused, [row, column]);
      const stops = await panel.page.locator('.cell[tabindex="0"]').count();
      assert.equal(stops, 1, 'one stop for Tab');
    }));

  test('images show their picture, and what the model looked at', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      const { images } = await showDone(panel);
      await panel.send({ type: 'images', id: summary.id, selection: { kind: 'worst' }, from: 0, total: 60, images });
      const first = images[0] ?? assert.fail();
      const { thumb, image, heat } = await picture(1);
      await panel.send({ type: 'pictures', id: summary.id, pictures: [{ at: first.at, uri: thumb }] });
      await panel.page.locator('.thumb').first().click();
      assert.deepEqual(await lastSent(panel), {
        type: 'saliency',
        id: summary.id,
        at: first.at,
        method: 'grad-cam',
        of: 'predicted',
      });
      const answer = {
        id: summary.id,
        at: first.at,
        method: 'grad-cam',
        label: 'objects',
        probability: 0.9,
        image,
        heat,
      };
      await panel.send({ type: 'saliency', ...answer });
      await panel.page.locator('.heat:not([hidden])').waitFor();
      await panel.page.locator('#opacity').fill('20');
      assert.equal(await panel.page.evaluate('document.querySelector(".heat").style.opacity'), '0.2');
      assert.equal(((await panel.savedState()) as { opacity: number }).opacity, 0.2);
      await panel.page.locator('.detail label:has-text("Occlusion")').click();
      assert.equal((await lastSent(panel))?.method, 'occlusion');
      await panel.send({
        type: 'saliency-failed',
        id: summary.id,
        at: first.at,
        message: 'This engine makes no class maps.',
      });
      await panel.page.getByText('This engine makes no class maps.').waitFor();
      await panel.page.locator('vscode-button:has-text("Show more")').click();
      assert.equal((await lastSent(panel))?.from, images.length);
    }));

  test('every column of the classes sorts, and the choice is kept', () =>
    withPanel(harness, { width: 1200 }, async (panel) => {
      await showDone(panel);
      const names = () => panel.page.locator('.classes tbody th > .link').allTextContents();
      await panel.page.locator('.sort[data-column="name"]').click();
      const ascending = await names();
      assert.deepEqual(ascending, ascending.toSorted());
      await panel.page.keyboard.press('Enter');
      assert.deepEqual(await names(), ascending.toReversed(), 'the focus stayed on the column');
      assert.deepEqual(((await panel.savedState()) as { sort: object }).sort, { column: 'name', descending: true });
    }));

  test('what was chosen comes back after a reload', () =>
    withPanel(
      harness,
      { state: { folder: subject.folder, selected: summary.id, matrix: 'rows', order: 'classes' } },
      async (panel) => {
        await showDone(panel);
        assert.equal(await panel.page.locator('input[name="matrix"]:checked').getAttribute('value'), 'rows');
        assert.match((await panel.page.locator('.cell-right').first().textContent()) ?? '', /%/);
      },
    ));
});

describe('Predict panel', { skip: noBrowser, timeout: 120_000 }, () => {
  let harness: Harness;
  before(async () => {
    harness = await startHarness('predict');
  });
  after(() => harness.close());

  test('shows every state without an error, narrow too', () =>
    withPanel(harness, { width: 420 }, async (panel) => {
      for (const [name, make] of Object.entries(predictScenes)) {
        for (const message of make()) await panel.send(message);
        await panel.page.waitForTimeout(50);
        const overflow = await panel.page.evaluate('document.documentElement.scrollWidth > innerWidth');
        assert.equal(overflow, false, `${name}: wider than 420 px`);
      }
    }));

  test('a pasted picture is sent, and its answer explained', () =>
    withPanel(harness, {}, async (panel) => {
      for (const message of predictScenes.empty?.() ?? []) await panel.send(message);
      await panel.page.evaluate(`(() => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array([1, 2, 3])], 'image.png', { type: 'image/png' }));
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true }));
      })()`);
      await waitFor(panel.page, 'panelHarness.sent.at(-1).type === "image"');
      assert.deepEqual(await lastSent(panel), { type: 'image', id: 0, name: 'pasted image', data: 'AQID' });
      await panel.send({ type: 'items', items: [answered(1, 'pasted image', [0.8, 0.2])] });
      await panel.page.locator('.share').first().waitFor();
      assert.deepEqual(await lastSent(panel), {
        type: 'saliency',
        id: 1,
        method: 'grad-cam',
        label: 'animals & nature',
      });
      await panel.page.locator('.share').nth(1).click();
      assert.equal((await lastSent(panel))?.label, 'food & drink');
    }));

  test('files dropped from the Explorer are told by their path', () =>
    withPanel(harness, {}, async (panel) => {
      for (const message of predictScenes.empty?.() ?? []) await panel.send(message);
      await panel.page.evaluate(`(() => {
        const data = new DataTransfer();
        data.setData('text/uri-list', 'file:///data/cat.jpg\\r\\nfile:///data/dog.jpg');
        document.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true }));
      })()`);
      assert.deepEqual(await lastSent(panel), {
        type: 'paths',
        uris: ['file:///data/cat.jpg', 'file:///data/dog.jpg'],
      });
    }));

  test('where there is no camera it says what to do instead', () =>
    withPanel(harness, {}, async (panel) => {
      for (const message of predictScenes.empty?.() ?? []) await panel.send(message);
      await panel.page.locator('[aria-label="Where images come from"] vscode-button:has-text("Camera")').click();
      await panel.page.getByText('paste it here, or pick its file').waitFor();
    }));
});
