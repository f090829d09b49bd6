import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Frame } from 'playwright-core';
import { makeImages } from '../integration/cli/run-cli.ts';
import { runCommand, webviewWith } from '../tools/vscode/workbench.ts';
import { openSession, type Session, until } from './harness.ts';

const minute = 60_000;
const wrong = [0, 1, 2, 3].map((i) => `wrong-${i}.png`);

/** Two colours that a model tells apart at once, and four red images among the blue ones. */
async function plantWrongLabels(workspace: string): Promise<void> {
  await makeImages(path.join(workspace, 'squares'), 40);
  for (const [i, name] of wrong.entries()) {
    fs.renameSync(path.join(workspace, 'squares', 'red', `${i}.png`), path.join(workspace, 'squares', 'blue', name));
  }
  fs.mkdirSync(path.join(workspace, '.loupe'));
  const list = { schemaVersion: 1, dataSets: [{ source: 'squares' }] };
  fs.writeFileSync(path.join(workspace, '.loupe', 'data-sets.json'), JSON.stringify(list));
}

describe('cleaning a data set with wrong labels', { timeout: 8 * minute }, () => {
  let session: Session;
  let panel: Frame;
  const rows = () => panel.locator('.row[data-look="label"]');
  const lines = () =>
    fs
      .readFileSync(path.join(session.workspace, '.loupe', 'labels.jsonl'), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { edit: string; path: string; to: string });
  const isThere = (name: string) => fs.existsSync(path.join(session.workspace, 'squares', name));
  const dirtyTab = () => session.page.locator('.tab.dirty', { hasText: 'labels.jsonl' });

  before(async () => {
    session = await openSession({
      fill: plantWrongLabels,
      // In a browser VS Code saves by itself after a second.
      settings: { 'files.autoSave': 'off' },
      viewport: { width: 1500, height: 950 },
    });
  });
  after(() => session?.close());
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session.keepPicture(`clean ${context.name}`);
    session.assertNoErrors();
  });

  test('one button finds the issues', async () => {
    await runCommand(session.page, 'Loupe: Clean Data Set');
    panel = await webviewWith(session.page, '.clean', minute);
    await panel.locator('.empty vscode-button', { hasText: 'Find issues' }).click();
    await panel.getByText('High recall').click();
    await rows()
      .first()
      .waitFor({ timeout: 4 * minute });
    const found = await rows().locator('.row-path').allTextContents();
    assert.ok(
      wrong.some((name) => found[0]?.startsWith(name)),
      `the worst is one of the planted ones: ${found[0]}`,
    );
    const width = '[...document.querySelectorAll(".row-picture img")].some((image) => image.naturalWidth > 0)';
    await until('pictures', () => panel.evaluate<boolean>(width));
  });

  test('Enter relabels; undo takes it back without a trace', async () => {
    await panel.locator('.rows').focus();
    await session.page.keyboard.press('Enter');
    await panel.locator('.verdict-chip', { hasText: 'Relabelled red' }).waitFor();
    await dirtyTab().waitFor();
    await session.page.keyboard.press('ControlOrMeta+z');
    await panel.locator('.verdict-chip').waitFor({ state: 'detached' });
    await dirtyTab().waitFor({ state: 'detached' });
    assert.deepEqual(lines(), []);
  });

  test('save writes lines of the journal', async () => {
    await panel.locator('.rows').focus();
    await session.page.keyboard.press('Home');
    await session.page.keyboard.press('Enter');
    await panel.locator('.verdict-chip', { hasText: 'Relabelled red' }).waitFor();
    await session.page.keyboard.press('ControlOrMeta+s');
    await until('a line', () => lines().length === 1, minute);
    const [line] = lines();
    assert.deepEqual([line?.edit, line?.to], ['relabel', 'red']);
    assert.ok(wrong.includes(path.posix.basename(line?.path ?? '')));
    await dirtyTab().waitFor({ state: 'detached' });
  });

  test('applying shows the one file that moves, moves it, and can be undone', async () => {
    const name = path.posix.basename(lines()[0]?.path ?? '');
    await panel.locator('.clean-header vscode-button', { hasText: 'Apply to disk' }).click();
    await panel.locator('.apply-line').waitFor({ timeout: minute });
    assert.match((await panel.locator('.apply-line').textContent()) ?? '', new RegExp(`blue/${name}.*red/${name}`));
    assert.ok(isThere(`blue/${name}`));
    await panel.locator('vscode-button', { hasText: 'Apply 1 change' }).click();
    await panel.locator('.apply-title', { hasText: '1 of 1 change applied' }).waitFor({ timeout: minute });
    assert.ok(isThere(`red/${name}`) && !isThere(`blue/${name}`));
    await panel.locator('vscode-button', { hasText: 'Undo apply' }).click();
    await until('the file is back', () => isThere(`blue/${name}`) && !isThere(`red/${name}`), minute);
  });
});
