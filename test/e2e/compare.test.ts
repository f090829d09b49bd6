import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Frame, Page } from 'playwright-core';
import { makeImages } from '../integration/cli/run-cli.ts';
import { root } from '../tools/paths.ts';
import { chooseInMenu, runCommand, showTrees, treeItem, webviewWith } from '../tools/vscode/workbench.ts';
import { layoutSaved, openSession, runFolders, type Session, until } from './harness.ts';

const minute = 60_000;

/** Two real runs of a tiny network: one that learns nothing, and one that does. */
async function trainTwo(workspace: string): Promise<void> {
  await makeImages(workspace, 40);
  const tiny = ['input.width=16', 'input.height=16', 'model.width=0.5', 'engine.name=wasm', 'data.validation=0.5'];
  for (const [name, ...settings] of [
    ['slow', 'training.epochs=1', 'training.learningRate=1e-7'],
    ['quick', 'training.epochs=6', 'training.learningRate=0.01'],
  ] as const) {
    const set = [...tiny, ...settings].flatMap((one) => ['--set', one]);
    execFileSync(
      process.execPath,
      [path.join(root, 'src', 'cli.ts'), 'train', '.', '--name', name, '--progress', 'none', ...set],
      {
        cwd: workspace,
        env: { ...process.env, LOUPE_CACHE: path.join(path.dirname(workspace), 'cache') },
        timeout: minute,
        stdio: 'ignore',
      },
    );
  }
}

/** Answers VS Code's own dialog, whose list of files follows what is typed. */
async function saveAs(page: Page, file: string): Promise<void> {
  const input = page.locator('.quick-input-widget:visible input').first();
  await input.waitFor();
  await page.waitForTimeout(1000);
  await input.fill(file);
  await page.waitForTimeout(1000);
  await page.locator('.quick-input-widget:visible .monaco-button', { hasText: 'OK' }).first().click();
}

describe('comparing two runs', { timeout: 5 * minute }, () => {
  let session: Session;
  const comparison = (): Promise<Frame> => webviewWith(session.page, '.rows .row[data-run]', minute);
  const row = (panel: Frame, name: string) => panel.locator('.rows .row', { hasText: name });

  before(async () => {
    session = await openSession({ fill: trainTwo, viewport: { width: 1600, height: 1000 } });
    await showTrees(session.page);
    await treeItem(session.page, /^quick/).waitFor();
  });
  after(() => session?.close());
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session.keepPicture(`compare ${context.name}`);
    session.assertNoErrors();
  });

  test('selected in the tree, they open on one page: what differs, figures, verdict', async () => {
    const { page } = session;
    await treeItem(page, /^quick/).click();
    await treeItem(page, /^slow/).click({ modifiers: ['ControlOrMeta'] });
    await treeItem(page, /^slow/).click({ button: 'right' });
    await chooseInMenu(page, 'Compare Runs…');
    const panel = await comparison();
    await panel.getByRole('heading', { name: 'Compare 2 runs' }).waitFor();
    assert.ok((await panel.locator('.row-head').textContent())?.includes('learningRate'));
    await panel.locator('.verdict-text', { hasText: 'quick is better than slow' }).waitFor({ timeout: minute });
    await panel.locator('.charts .chart').nth(4).waitFor();
  });

  test('the images that were won are shown as pictures', async () => {
    const panel = await comparison();
    await panel.locator('.gallery img').first().waitFor({ timeout: minute });
    const widths = 'Math.max(0, ...[...document.querySelectorAll(".gallery img")].map((image) => image.naturalWidth))';
    await until('a picture that is there', async () => (await panel.evaluate<number>(widths)) > 0);
  });

  test('a hover marks a run in every chart, a click selects it in the tree', async () => {
    const panel = await comparison();
    await row(panel, 'slow').hover({ position: { x: 60, y: 12 } });
    await panel.locator('.canvas-base.faded').nth(4).waitFor();
    await row(panel, 'slow').click({ position: { x: 60, y: 12 } });
    await session.page.locator('.sidebar .monaco-list-row.selected', { hasText: 'slow' }).waitFor();
  });

  test('a pinned baseline is kept in the workspace, and turns the verdict round', async () => {
    const panel = await comparison();
    await row(panel, 'quick').focus();
    await session.page.keyboard.press('b');
    const file = path.join(session.workspace, '.loupe', 'compare.json');
    await until('the pin', () => fs.existsSync(file));
    const quick = runFolders(session.workspace).find((folder) => folder.includes('quick')) as string;
    assert.deepEqual(JSON.parse(fs.readFileSync(file, 'utf8')), { baseline: path.basename(quick) });
    await panel.locator('.verdict-text', { hasText: 'slow is worse than quick' }).waitFor({ timeout: minute });
  });

  test('a note is written in place', async () => {
    const panel = await comparison();
    await row(panel, 'slow').focus();
    await session.page.keyboard.press('n');
    await panel.locator('input.edit').fill('far too small a rate');
    await session.page.keyboard.press('Enter');
    await row(panel, 'far too small a rate').waitFor();
    const slow = runFolders(session.workspace).find((folder) => folder.includes('slow')) as string;
    assert.equal(JSON.parse(fs.readFileSync(path.join(slow, 'meta.json'), 'utf8')).note, 'far too small a rate');
  });

  test('the table is saved as CSV', async () => {
    const panel = await comparison();
    await panel.locator('.actions vscode-button', { hasText: 'CSV' }).click();
    const file = path.join(session.workspace, 'table.csv');
    await saveAs(session.page, file);
    await until('the file', () => fs.existsSync(file), minute);
    assert.match(fs.readFileSync(file, 'utf8'), /^run,training\.epochs,training\.learningRate,.*\r\n(quick|slow)/);
  });

  test('the panel comes back after a reload, and a new run joins all runs', async () => {
    const { page, workspace } = session;
    await runCommand(page, 'Loupe: Compare All Runs');
    await page.getByRole('tab', { name: 'Compare All Runs' }).waitFor();
    await layoutSaved(page, 'Compare All Runs');
    await session.reload();
    const panel = await webviewWith(page, '.rows .row[data-run]', minute);
    await panel.getByRole('heading', { name: 'Compare 2 runs' }).waitFor();
    const [first] = runFolders(workspace) as [string];
    const copy = path.join(path.dirname(first), '29990101-000000-copy-0000');
    fs.cpSync(first, copy, { recursive: true });
    await panel.getByRole('heading', { name: 'Compare 3 runs' }).waitFor({ timeout: minute });
  });
});
