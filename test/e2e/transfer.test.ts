import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { answer, openFile, runCommand, showTrees, treeItem } from '../tools/vscode/workbench.ts';
import { copyDemoImages, openSession, type Session, until } from './harness.ts';

const minute = 60_000;

const config = `{
  "data": { "source": "." },
  // ResNet of a quarter of the width
  "model": { "architecture": "resnet18", "width": 0.25 }
}
`;

describe('choose what trains, and which algorithm fits', { timeout: 5 * minute }, () => {
  let session: Session;
  const text = () => fs.readFileSync(path.join(session.workspace, 'net.loupe.json'), 'utf8');

  before(async () => {
    session = await openSession({
      fill: async (workspace) => {
        await copyDemoImages(workspace, ['food', 'animals'], 12);
        fs.writeFileSync(path.join(workspace, 'net.loupe.json'), config);
      },
    });
  });
  after(() => session?.close());
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session.keepPicture(`transfer ${context.name}`);
    session.assertNoErrors();
  });

  test('unticked layers are written into the config, and Undo takes it back', async () => {
    const { page } = session;
    await openFile(page, 'net.loupe.json');
    await showTrees(page);
    // The views are laid out anew when the data set is found; a click before that may miss.
    await treeItem(page, /^images/).waitFor({ timeout: minute });
    await runCommand(page, 'Loupe: Choose Trainable Layers');
    const layer1 = treeItem(page, /^layer1/);
    await layer1.waitFor({ timeout: minute });
    await layer1.locator('.monaco-custom-toggle, .custom-view-tree-node-item-checkbox').first().click();
    await page.locator('.editor-instance .view-line', { hasText: 'layer1.*' }).waitFor();
    await page.locator('.editor-instance .view-lines').first().click();
    await page.keyboard.press('ControlOrMeta+S');
    await until('the frozen group in the file', () => /"freeze": \[\s*"layer1\.\*"\s*\]/.test(text()));
    await page.keyboard.press('ControlOrMeta+Z');
    await page.keyboard.press('ControlOrMeta+S');
    await until('the old text', () => text() === config);
  });

  test('which algorithm fits is told in a document', async () => {
    const { page } = session;
    await treeItem(page, /^images/).waitFor({ timeout: minute });
    await runCommand(page, 'Loupe: Which Algorithm Fits?');
    await answer(page, 'Shapes and colours');
    const tab = page.getByRole('tab', { name: /Which Algorithm Fits/ });
    await tab.waitFor({ timeout: minute });
    assert.equal(await tab.count(), 1);
  });
});
