import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Frame } from 'playwright-core';
import sharp from 'sharp';
import { makeImages } from '../integration/cli/run-cli.ts';
import {
  openFile,
  runCommand,
  runCommandAndChoose,
  showTrees,
  treeItem,
  webviewWith,
} from '../tools/vscode/workbench.ts';
import { openSession, type Session, until } from './harness.ts';

const minute = 60_000;

/** Squares of two colours with two wrong labels and a brighter copy of one, a config that trains on them in moments, and six squares more beside the workspace. */
async function fill(workspace: string): Promise<void> {
  const squares = path.join(workspace, 'squares');
  await makeImages(squares, 30);
  const incoming = path.join(path.dirname(workspace), 'incoming');
  fs.mkdirSync(incoming);
  for (const [color, numbers] of Object.entries({ red: [24, 25, 26], blue: [24, 25, 26] })) {
    for (const i of numbers)
      fs.renameSync(path.join(squares, color, `${i}.png`), path.join(incoming, `${color}-${i}.png`));
  }
  fs.writeFileSync(path.join(incoming, 'broken.png'), 'no image at all');
  for (const i of [0, 1])
    fs.renameSync(path.join(squares, 'red', `${i}.png`), path.join(squares, 'blue', `wrong-${i}.png`));
  const copy = path.join(squares, 'blue', 'copy.png');
  await sharp(path.join(squares, 'blue', '5.png'))
    .linear(1.05, 8)
    .png()
    .toFile(copy);
  const config = { data: { source: 'squares' }, input: { width: 16, height: 16 }, training: { epochs: 2 } };
  fs.writeFileSync(path.join(workspace, 'squares.loupe.json'), JSON.stringify(config));
}

describe('a new user’s way from a folder to labelled new images', { timeout: 9 * minute }, () => {
  let session: Session;
  let panel: Frame;
  const incoming = () => path.join(session.home, 'incoming');
  const inData = (...names: string[]) => path.join(session.workspace, 'squares', ...names);
  const journal = () => path.join(session.workspace, '.loupe', 'labels.jsonl');
  const lines = () =>
    (fs.existsSync(journal()) ? fs.readFileSync(journal(), 'utf8') : '')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { edit: string; path: string; to?: string });
  const unlabelled = () => fs.readdirSync(inData('unlabelled')).filter((name) => !name.startsWith('.'));
  /** Answers VS Code's own dialog of files, which a browser has in place of the system's. @param child something in the folder */
  const chooseFolder = async (folder: string, child: string) => {
    const { page } = session;
    const input = page.locator('.quick-input-widget:visible .quick-input-box input').first();
    await input.waitFor();
    const row = page.locator('.quick-input-list .monaco-list-row', { hasText: child }).first();
    // The dialog begins with the workspace, a moment after it has opened.
    await until('the dialog shows the folder', async () => {
      if ((await input.inputValue()) !== `${folder}/`) await input.fill(`${folder}/`);
      return await row.isVisible();
    });
    await page.locator('.quick-input-widget:visible .quick-input-action .monaco-button').first().click();
    await input.waitFor({ state: 'hidden' });
  };
  const toast = (text: string | RegExp) => session.page.locator('.notification-toast', { hasText: text }).first();

  before(async () => {
    session = await openSession({
      fill,
      settings: { 'files.autoSave': 'off' },
      viewport: { width: 1500, height: 950 },
    });
  });
  after(() => session?.close());
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session.keepPicture(`new images ${context.name}`);
    session.assertNoErrors();
  });

  test('Find Issues asks for a folder where no data set is open, and says how many it has found', async () => {
    const { page } = session;
    await runCommand(page, 'Loupe: Find Issues');
    await chooseFolder(inData(), 'blue');
    const found = toast(/\d+ issues were found in squares/);
    await found.waitFor({ timeout: 3 * minute });
    const count = /(\d+) issues/.exec((await found.textContent()) ?? '')?.[1];
    await showTrees(page);
    await treeItem(page, /squares/)
      .first()
      .waitFor();
    await until('a badge of the icon', async () => {
      const badge = page.locator('.activitybar .action-item:has([aria-label^="Loupe"]) .badge-content');
      return (await badge.textContent().catch(() => null)) === count;
    });
  });

  test('the tree leads to the image, whose tab relabels it, and the Explorer marks it', async () => {
    const { page } = session;
    const clear = page.locator('.notification-toast .codicon-notifications-clear').first();
    if (await clear.isVisible()) await clear.click();
    await treeItem(page, /^squares.*issues/)
      .first()
      .locator('.monaco-tl-twistie')
      .click();
    await treeItem(page, /^Issues/)
      .locator('.monaco-tl-twistie')
      .click();
    await treeItem(page, /^Near duplicates/)
      .locator('.monaco-tl-twistie')
      .click();
    await treeItem(page, /\.png = .*\.png/)
      .first()
      .click();
    await page.getByRole('tab', { name: /\.png/ }).waitFor();
    await openFile(page, 'wrong-0.png');
    await page.locator('.editor-actions .action-label[aria-label^="Label of This Image"]').first().click();
    await page.locator('.quick-input-list .monaco-list-row', { hasText: 'red' }).first().click();
    await until('a line', () => lines().some(({ path: name, to }) => name === 'blue/wrong-0.png' && to === 'red'));
    await runCommand(page, 'Explorer: Focus on Folders View');
    const file = page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'wrong-0.png' });
    await file.waitFor();
    await until('its mark', async () =>
      /Relabelled red/.test(
        (await file.locator('.monaco-icon-label').first().getAttribute('aria-label')) ??
          (await file.getAttribute('aria-label')) ??
          '',
      ),
    );
  });

  test('Add Images… copies a folder in, says what it has left out, and goes on to labelling', async () => {
    const { page } = session;
    await runCommand(page, 'Loupe: Add Images');
    await chooseFolder(incoming(), 'red-24.png');
    panel = await webviewWith(page, '.clean', minute);
    await toast('6 images added. 1 left out: 1 no image.').waitFor({ timeout: minute });
    await panel.locator('.new-stage:visible .new-choice').first().waitFor({ timeout: minute });
    assert.equal(unlabelled().length, 6);
    assert.match((await panel.locator('.new-head').textContent()) ?? '', /^0 of 6/);
    await panel.locator('.new-picture img[src]').waitFor();
  });

  test('one key takes the model’s suggestion, a digit another class; undo is VS Code’s', async () => {
    const { page } = session;
    const done = (count: number) => panel.locator('.new-head', { hasText: `${count} of 6` }).waitFor();
    const shown = async () => (await panel.locator('.new-name').textContent()) ?? '';
    const first = await shown();
    await page.keyboard.press('Enter');
    await done(1);
    const second = await shown();
    assert.notEqual(second, first, 'the next one');
    await page.keyboard.press('2');
    await done(2);
    await page.keyboard.press('u');
    await done(1);
    assert.equal(await shown(), second, 'what was taken back is shown again');
    for (let left = 5; left > 0; left--) {
      await page.keyboard.press('Enter');
      await done(7 - left);
    }
    const before = lines().length;
    await page.keyboard.press('ControlOrMeta+s');
    await until('six labels', () => lines().length === before + 6);
    for (const { path: name, to } of lines().slice(before)) {
      assert.equal(to, path.posix.basename(name).split('-')[0], `${name} is labelled by its colour`);
    }
  });

  test('a watched folder brings what comes into it', async () => {
    const { page } = session;
    const folder = path.join(session.home, 'camera');
    fs.mkdirSync(path.join(folder, 'day-1'), { recursive: true });
    await runCommand(page, 'Loupe: Watch Folder for New Images');
    await chooseFolder(folder, 'day-1');
    await toast('are added to squares whenever').waitFor();
    fs.copyFileSync(inData('red', '27.png'), path.join(folder, 'same.png'));
    await makeImages(path.join(session.home, 'more'), 40);
    fs.copyFileSync(path.join(session.home, 'more', 'red', '39.png'), path.join(folder, 'day-1', 'late.png'));
    await until('it is in the data set', () => unlabelled().includes('late.png'), minute);
    assert.ok(!unlabelled().includes('same.png'), 'what is there already is left out');
    await panel.locator('.new-name', { hasText: 'late.png' }).waitFor({ timeout: minute });
  });

  test('Measure Cleaning Payoff… trains with and without the edits, and says what has changed', async () => {
    const { page } = session;
    await openFile(page, 'squares.loupe.json');
    await page.getByRole('tab', { name: 'squares.loupe.json' }).click();
    await runCommandAndChoose(page, 'Loupe: Measure Cleaning Payoff', '1 seed');
    await toast(/Cleaning: accuracy .* held-out images/).waitFor({ timeout: 3 * minute });
    await toast(/Cleaning: accuracy/)
      .locator('.monaco-button', { hasText: 'Compare the Runs' })
      .click();
    const comparison = await webviewWith(page, '.run-table, .rows .row', minute);
    await comparison.getByText('before cleaning').first().waitFor();
  });

  test('the payoff is there again after a reload, by Show Cleaning Payoff', async () => {
    await session.reload();
    const { page } = session;
    await runCommand(page, 'Loupe: Show Cleaning Payoff');
    const preview = await webviewWith(page, 'h1', minute);
    await preview.getByText('Payoff of cleaning').first().waitFor();
    assert.match((await preview.locator('table').first().textContent()) ?? '', /All held-out images/);
  });
});
