import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { openFile, webviewWith } from '../tools/vscode/workbench.ts';
import { copyDemoImages, openSession, type Session, until } from './harness.ts';

const minute = 60_000;

const config = `{
  "name": "two kinds",
  "data": { "source": "." }, // of emoji
  "input": { "width": 32, "height": 32 }
}
`;

describe('augmentation, seen before it is written', { timeout: 4 * minute }, () => {
  let session: Session;
  const text = () => fs.readFileSync(path.join(session.workspace, 'kinds.loupe.json'), 'utf8');
  const lens = (name: string) => session.page.locator('.codelens-decoration a', { hasText: name }).first();
  const panel = () => webviewWith(session.page, '.settings-column');

  before(async () => {
    session = await openSession({
      fill: async (workspace) => {
        await copyDemoImages(workspace, ['food', 'animals'], 8);
        fs.writeFileSync(path.join(workspace, 'kinds.loupe.json'), config);
      },
    });
  });
  after(() => session?.close());
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session.keepPicture(`augment ${context.name}`);
    session.assertNoErrors();
  });

  test('a preset is drawn on the data set’s own images and written into the config', async () => {
    await openFile(session.page, 'kinds.loupe.json');
    await lens('Preview Augmentation').click();
    const frame = await panel();
    await frame.locator('.row img').first().waitFor({ timeout: minute });
    await frame.locator('#preset').selectOption('light');
    await frame.locator('vscode-button', { hasText: 'Write to kinds.loupe.json' }).click();
    await until('the settings in the file', () => text().includes('"augment"'));
    assert.match(text(), /"horizontal": 0\.5/);
    assert.match(text(), /\/\/ of emoji/);
  });

  test('Undo Write in the panel gives the file its old text back, whatever has the focus', async () => {
    const frame = await panel();
    const undo = frame.locator('vscode-button', { hasText: 'Undo Write' });
    await undo.click();
    await until('the old text', () => text() === config);
    await undo.waitFor({ state: 'detached' });
    assert.equal(await frame.locator('#preset').inputValue(), 'none');
  });

  test('so does the editor’s own Undo, from the config', async () => {
    const frame = await panel();
    await frame.locator('#preset').selectOption('keras');
    await frame.locator('vscode-button', { hasText: 'Write to kinds.loupe.json' }).click();
    await until('the settings in the file', () => text().includes('"augment"'));
    await session.page.locator('.editor-instance .view-lines').first().click();
    await session.page.keyboard.press('ControlOrMeta+Z');
    await session.page.keyboard.press('ControlOrMeta+S');
    await until('the old text', () => text() === config);
    await frame.locator('vscode-button', { hasText: 'Undo Write' }).waitFor({ state: 'detached' });
  });
});
