import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { openFile, webviewWith } from '../tools/vscode/workbench.ts';
import { copyDemoImages, layoutSaved, openSession, type Session, until } from './harness.ts';

const minute = 60_000;

const config = `{
  "name": "three kinds",
  "data": { "source": "." },
  // Small, so that an answer comes soon.
  "input": { "width": 16, "height": 16 },
  "model": { "width": 0.5 },
  "training": {
    "epochs": 8, // the rate is still the default
    "batchSize": 16
  }
}
`;

describe('find a learning rate, use it, look at its schedule', { timeout: 5 * minute }, () => {
  let session: Session;
  const file = () => path.join(session.workspace, 'kinds.loupe.json');
  const lens = (text: string) => session.page.locator('.codelens-decoration a', { hasText: text }).first();
  const panel = () => webviewWith(session.page, '.suggestions');

  before(async () => {
    session = await openSession({
      fill: async (workspace) => {
        await copyDemoImages(workspace, ['food', 'animals', 'smileys'], 30);
        fs.writeFileSync(path.join(workspace, 'kinds.loupe.json'), config);
      },
    });
  });
  after(() => session?.close());
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session.keepPicture(`lr-finder ${context.name}`);
    session.assertNoErrors();
  });

  test('one click above the config shows the curve as it comes, and a verdict', async () => {
    await openFile(session.page, 'kinds.loupe.json');
    await lens('Find Learning Rate').click();
    const frame = await webviewWith(session.page, '.state[data-state]');
    await frame.locator('.state[data-state="done"]').waitFor({ timeout: minute });
    await frame.locator('.suggestion').nth(3).waitFor();
    await frame.locator('.notice-title', { hasText: /confidence|No usable valley/ }).waitFor();
    assert.equal(await frame.locator('canvas').count(), 1);
    await lens('found').waitFor();
  });

  test('the rate of a marker goes into the config, and undo takes it back', async () => {
    const frame = await panel();
    await frame.getByRole('radio', { name: /^minimum/ }).check({ force: true });
    const label = await frame.locator('.marker-selected .marker-label', { hasText: 'minimum' }).textContent();
    const taken = Number(label?.replace('minimum ', ''));
    const use = frame.locator('.actions vscode-button:not([disabled])', { hasText: `Use ${label?.slice(8)}` });
    await use.click();
    const changed = config.replace(
      '"batchSize": 16\n',
      `"batchSize": 16,\n    "learningRate": ${JSON.stringify(taken)}\n`,
    );
    await until('the rate in the file', () => fs.readFileSync(file(), 'utf8') === changed);
    await frame.locator('.actions vscode-button[disabled]', { hasText: 'Is in Use' }).waitFor();
    await session.page.locator('.editor-instance .view-lines').first().click();
    await session.page.keyboard.press('ControlOrMeta+Z');
    await session.page.keyboard.press('ControlOrMeta+S');
    await until('the old text', () => fs.readFileSync(file(), 'utf8') === config);
    await frame.locator('.actions vscode-button:not([disabled])', { hasText: 'Use' }).waitFor();
  });

  test('a reload of the window brings the curve and the choice back', async () => {
    await layoutSaved(session.page, 'minimum');
    // VS Code reads the file that was just saved once more, and reports a reload in the middle of that as an error.
    await session.page.waitForTimeout(2000);
    await session.reload();
    const frame = await panel();
    await frame.locator('.state[data-state="done"]').waitFor();
    assert.equal(await frame.getByRole('radio', { name: /^minimum/ }).isChecked(), true);
  });

  test('the schedule is drawn again as the config is typed', async () => {
    const { page } = session;
    await openFile(page, 'kinds.loupe.json');
    await lens('Preview Schedule').click();
    const frame = await webviewWith(page, '.legend-dashed');
    await frame.locator('.fact', { hasText: 'one-cycle' }).waitFor();
    await page.locator('.editor-instance .view-line', { hasText: 'batchSize' }).first().click();
    await page.keyboard.press('Home');
    await page.keyboard.insertText('"schedule": { "name": "cosin" }, ');
    await frame.locator('.notice', { hasText: 'Did you mean "cosine"' }).waitFor();
    await page.keyboard.press('Home');
    for (let at = 0; at < '"schedule": { "name": "cosin'.length; at++) await page.keyboard.press('ArrowRight');
    await page.keyboard.insertText('e');
    await frame.locator('.fact', { hasText: 'cosine' }).waitFor();
    await frame.locator('.notice', { hasText: 'Did you mean' }).waitFor({ state: 'hidden' });
  });
});
