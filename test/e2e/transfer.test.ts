import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { sharedData, withoutData } from '../shared-data.ts';
import { answer, openFile, runCommand, showTrees, treeItem, webviewWith } from '../tools/vscode/workbench.ts';
import { copyDemoImages, layoutSaved, openSession, runPanel, type Session, until } from './harness.ts';
import { copyScenes, withoutScenes } from './scenes.ts';

const minute = 60_000;
const weights = ['weights', 'mobilenet_v2-0.35-imagenet-notop.safetensors'];
const withoutReal = withoutScenes || withoutData(...weights);

const config = `{
  "data": { "source": "." },
  // ResNet of a quarter of the width
  "model": { "architecture": "resnet18", "width": 0.25 }
}
`;

/** A mirror of the zoo that sends a chunk now and then, and remembers which parts it was asked for. */
class SlowMirror {
  readonly ranges: (string | undefined)[] = [];
  readonly size = 2 ** 22;
  private readonly server = http.createServer((request, response) => {
    const { range } = request.headers;
    this.ranges.push(range);
    const from = Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': this.size - from });
    let left = this.size - from;
    const timer = setInterval(
      () => {
        const chunk = Math.min(left, 2 ** 16);
        left -= chunk;
        response.write(Buffer.alloc(chunk));
        if (left === 0) response.end(() => clearInterval(timer));
      },
      from > 0 ? 1 : 100,
    );
    response.on('close', () => clearInterval(timer));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

const quickPick = (page: Page, text: string | RegExp) =>
  page.locator('.quick-input-widget .quick-input-list .monaco-list-row', { hasText: text }).first();
const toast = (page: Page, text: string | RegExp) => page.locator('.notification-toast', { hasText: text }).first();

describe('pretrained networks, as a user meets them', { timeout: 6 * minute }, () => {
  let session: Session;
  const mirror = new SlowMirror();
  const text = () => fs.readFileSync(path.join(session.workspace, 'net.loupe.json'), 'utf8');

  before(async () => {
    const address = await mirror.start();
    session = await openSession({
      fill: async (workspace) => {
        if (withoutReal) await copyDemoImages(workspace, ['food', 'animals'], 12);
        else {
          copyScenes(workspace, ['buildings', 'glacier', 'mountain', 'street'], 12);
          fs.mkdirSync(path.join(workspace, '.weights'));
          fs.copyFileSync(sharedData(...weights), path.join(workspace, '.weights', 'small.safetensors'));
        }
        fs.writeFileSync(path.join(workspace, 'net.loupe.json'), config);
        fs.mkdirSync(path.join(workspace, '.vscode'));
        const settings = { 'loupe.zoo.mirror': address };
        fs.writeFileSync(path.join(workspace, '.vscode', 'settings.json'), JSON.stringify(settings));
      },
    });
  });
  after(async () => {
    mirror.stop();
    await session?.close();
  });
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
    const box = layer1.getByRole('checkbox');
    // A row that is laid out anew under the pointer does not hear the click.
    const line = page.locator('.editor-instance .view-line', { hasText: 'layer1.*' });
    await until('the frozen group in the editor', async () => {
      if (await box.isChecked()) await box.click();
      return await line.waitFor({ timeout: 5000 }).then(
        () => true,
        () => false,
      );
    });
    await page.locator('.editor-instance .view-lines').first().click();
    await page.keyboard.press('ControlOrMeta+S');
    await until('the frozen group in the file', () => /"freeze": \[\s*"layer1\.\*"\s*\]/.test(text()));
    await page.keyboard.press('ControlOrMeta+Z');
    await page.keyboard.press('ControlOrMeta+S');
    await until('the old text', () => text() === config);
  });

  test('which algorithm fits is shown in a panel, which sorts', async () => {
    const { page } = session;
    await runCommand(page, 'Loupe: Which Algorithm Fits?');
    await quickPick(page, 'Shapes and colours').waitFor();
    await answer(page, 'Shapes and colours');
    const panel = await webviewWith(page, '[aria-label="Algorithms"] tbody tr', minute);
    assert.equal(await panel.locator('[aria-label="Algorithms"] tbody tr').count(), 5);
    await panel.getByText('Cross-validated on').waitFor();
    await panel.locator('.sort[data-column="fit"]').click();
    assert.equal(await panel.locator('th[aria-sort]').getAttribute('aria-sort'), 'ascending');
  });

  test('Instant Baseline asks by which network, and shows what is hard with images that open in Inspect', {
    skip: withoutReal,
  }, async () => {
    const { page } = session;
    const panel = await webviewWith(page, 'main.panel .actions');
    await panel.locator('vscode-button:has-text("Instant Baseline")').click();
    await quickPick(page, 'small.safetensors').waitFor({ timeout: minute });
    await quickPick(page, 'Get pretrained weights').waitFor();
    await answer(page, 'small');
    await panel.locator('.tile', { hasText: 'Linear probe' }).waitFor({ timeout: minute });
    await panel.getByText('Before any training').waitFor();
    assert.equal(await panel.locator('[aria-label="Classes"] tbody tr').count(), 4);
    assert.equal(await panel.locator('[aria-label="Kept reports"] tbody tr').count(), 2, 'the comparison is kept');
    const example = panel.locator('.example').first();
    await panel.locator('.example img[src]').first().waitFor();
    const [, file] = /^(\S+):/.exec((await example.getAttribute('title')) ?? '') ?? assert.fail();
    await example.click();
    const inspect = await webviewWith(page, '.detail-facts', minute);
    await inspect
      .getByText(path.basename(file as string), { exact: true })
      .first()
      .waitFor();
    await runCommand(page, 'View: Close Editor');
  });

  test('the tree lists what was measured, and a reload brings the panel back', { skip: withoutReal }, async () => {
    const { page } = session;
    await showTrees(page);
    await treeItem(page, /^images/)
      .locator('.monaco-tl-twistie')
      .click();
    await treeItem(page, /^What to Expect/).waitFor();
    const newest = fs
      .readdirSync(path.join(session.workspace, '.loupe', 'baselines'))
      .sort()
      .at(-1);
    await layoutSaved(page, newest as string);
    await session.reload();
    await page.getByRole('tab', { name: /What to Expect/ }).click();
    const panel = await webviewWith(page, '.tile', minute);
    await panel.locator('.tile', { hasText: 'Linear probe' }).waitFor();
    await showTrees(page);
    await treeItem(page, /^images/)
      .locator('.monaco-tl-twistie')
      .click();
    const reports = treeItem(page, /^What to Expect/);
    await reports.locator('.monaco-tl-twistie').click();
    await treeItem(page, /^Algorithms, without a network/).click();
    await panel.locator('[aria-label="Algorithms"] tbody tr').first().waitFor();
  });

  test('Fine-Tune from Here plans with that network, and Train trains', { skip: withoutReal }, async () => {
    const { page } = session;
    const panel = await webviewWith(page, '.tile', minute);
    await panel.locator('[aria-label="Kept reports"] .link', { hasText: 'mobilenet' }).click();
    await panel.locator('vscode-button:has-text("Fine-Tune from Here")').click();
    await panel.locator('.choices').waitFor({ timeout: minute });
    await panel.locator('.choices', { hasText: 'transfer-frozen' }).waitFor();
    const written = JSON.parse(fs.readFileSync(path.join(session.workspace, 'images.loupe.json'), 'utf8'));
    assert.equal(written.model.weights, '.weights/small.safetensors');
    await toast(page, 'is ready to train').getByRole('button', { name: 'Train', exact: true }).click();
    const run = await runPanel(page);
    await run.locator('.state[data-state="done"]').waitFor({ timeout: 2 * minute });
  });

  test('Import Weights says what a chosen file holds, and how to begin from it', { skip: withoutReal }, async () => {
    const { page } = session;
    await runCommand(page, 'Loupe: Import Weights…');
    const dialog = page.locator('.quick-input-widget:visible');
    // What is typed before the folder is listed is lost.
    await quickPick(page, 'net.loupe.json').waitFor();
    await dialog
      .locator('input')
      .first()
      .fill(path.join(session.workspace, '.weights', 'small.safetensors'));
    await quickPick(page, 'small.safetensors').waitFor();
    await dialog.getByRole('button', { name: 'Use These Weights' }).click();
    const preview = await webviewWith(page, 'h1:has-text("small.safetensors")', minute);
    await preview.getByText('260 weights matched').waitFor();
    await preview.getByText('"architecture": "mobilenet-v2"').waitFor();
  });

  test('Get Weights downloads from the mirror of the settings, can be cancelled, goes on, and refuses a wrong file', async () => {
    const { page, home } = session;
    const partial = path.join(home, 'cache', 'zoo', 'mobilenet_v3_small-047dcff4.pth.part');
    const get = async () => {
      await runCommand(page, 'Loupe: Get Pretrained Weights…');
      await quickPick(page, 'mobilenet-v3-small').waitFor({ timeout: minute });
      await answer(page, 'mobilenet-v3-small');
      await quickPick(page, 'From the mirror http://127.0.0.1').waitFor();
      await answer(page, 'Download');
    };
    await get();
    const progress = toast(page, 'Getting mobilenet-v3-small');
    await progress.getByText(/[\d.]+ of 4\.0 MiB/).waitFor({ timeout: minute });
    await progress.hover();
    await progress.getByRole('button', { name: 'Cancel' }).click();
    await progress.waitFor({ state: 'hidden' });
    const begun = fs.statSync(partial).size;
    assert.ok(begun > 0 && begun < mirror.size);
    await get();
    await toast(page, 'is not mobilenet-v3-small: its SHA-256 is').waitFor({ timeout: minute });
    // VS Code puts what a notification says of an error on the console too.
    session.workbench.errors.splice(0);
    assert.deepEqual(mirror.ranges, [undefined, `bytes=${begun}-`]);
    assert.deepEqual(fs.readdirSync(path.dirname(partial)), [], 'nothing of a wrong file is kept');
  });
});
