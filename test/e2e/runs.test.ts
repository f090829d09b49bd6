import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { root } from '../tools/paths.ts';
import { answer, runCommand, showTrees, treeItem } from '../tools/vscode/workbench.ts';
import { copyDemoImages, eventsOf, openSession, runFolders, runPanel, type Session, until } from './harness.ts';

const minute = 60_000;

/** Two epochs of a tiny network, trained in a terminal before the window opens. */
async function trainedInTerminal(workspace: string): Promise<void> {
  await copyDemoImages(workspace, ['food', 'people'], 24);
  const settings = ['input.width=8', 'input.height=8', 'model.width=0.25', 'training.epochs=2', 'engine.name=wasm'];
  const args = ['train', '.', '--name', 'first', '--progress', 'none', ...settings.flatMap((one) => ['--set', one])];
  execFileSync(process.execPath, [path.join(root, 'src', 'cli.ts'), ...args], {
    cwd: workspace,
    env: { ...process.env, LOUPE_CACHE: path.join(path.dirname(workspace), 'cache') },
    timeout: minute,
    stdio: 'ignore',
  });
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

/** Runs a command that asks which run it is about, chooses that one, and answers the question after it. */
async function ofRun(page: Page, command: string, run: string, question?: { title: string; answer: string }) {
  await runCommand(page, command);
  await page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: run }).first().click();
  if (!question) return;
  await page.locator('.quick-input-widget:visible .quick-input-title', { hasText: question.title }).waitFor();
  await answer(page, question.answer);
}

describe('what the user says of runs, and what can be done with a finished one', { timeout: 5 * minute }, () => {
  let session: Session;
  const row = (name: string | RegExp) => treeItem(session.page, name);

  before(async () => {
    session = await openSession({ fill: trainedInTerminal });
    await showTrees(session.page);
    await row(/^first/).waitFor();
  });
  after(() => session?.close());
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session.keepPicture(`runs ${context.name}`);
    session.assertNoErrors();
  });

  test('rename, tag and star show in the tree', async () => {
    const { page } = session;
    await ofRun(page, 'Loupe: Rename…', 'first', { title: 'Rename', answer: 'second thoughts' });
    await row(/second thoughts/).waitFor();
    await ofRun(page, 'Loupe: Edit Tags…', 'second thoughts', { title: 'Tags of', answer: 'aug, tiny' });
    await row(/second thoughts.*#aug.*#tiny/).waitFor();
    await row(/second thoughts/).hover();
    await row(/second thoughts/)
      .getByRole('button', { name: 'Star' })
      .click();
    await row(/★/).waitFor();
  });

  test('a filter hides what does not satisfy it', async () => {
    await runCommand(session.page, 'Loupe: Filter Runs…');
    await answer(session.page, 'tag = "aug" and val_accuracy > 1');
    await row(/second thoughts/).waitFor({ state: 'detached' });
    await runCommand(session.page, 'Loupe: Clear Filter');
    await row(/second thoughts/).waitFor();
  });

  test('its curves are saved as CSV', async () => {
    await row(/second thoughts/).click();
    const panel = await runPanel(session.page);
    await panel.locator('vscode-button', { hasText: 'CSV' }).click();
    const file = path.join(session.workspace, 'curves.csv');
    await saveAs(session.page, file);
    await until('the file', () => fs.existsSync(file), minute);
    const [header, ...lines] = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
    assert.match(header as string, /step.*loss/i);
    assert.ok(lines.length >= 2, `${lines.length} lines`);
  });

  test('its settings are saved as a recipe, which training then offers', async () => {
    const { page, workspace } = session;
    await ofRun(page, 'Loupe: Save Run as Recipe…', 'second thoughts', { title: 'Save as Recipe', answer: 'tiny way' });
    for (const [prompt, text] of [
      ['What is it for?', 'For tiny pictures.'],
      ['What does it cost?', 'Next to nothing.'],
    ] as const) {
      await page.locator('.quick-input-widget:visible', { hasText: prompt }).waitFor();
      await answer(page, text);
    }
    const file = path.join(workspace, '.loupe', 'recipes', 'tiny way.json');
    await until('the recipe', () => fs.existsSync(file), minute);
    const { purpose, config } = JSON.parse(fs.readFileSync(file, 'utf8'));
    assert.deepEqual(
      [purpose, config.input, config.training],
      ['For tiny pictures.', { width: 8, height: 8 }, { epochs: 2 }],
    );
    await runCommand(page, 'Loupe: Train…');
    const rows = page.locator('.quick-input-widget:visible .monaco-list-row');
    const own = rows.filter({ hasText: 'Tiny way' });
    await own.waitFor();
    assert.match((await own.textContent()) ?? '', /Tiny way.*For tiny pictures\..*Next to nothing\./);
    await rows.filter({ hasText: 'A quick look' }).waitFor();
    await page.keyboard.press('Escape');
  });

  test('Continue adds epochs to a finished run', async () => {
    const [run] = runFolders(session.workspace) as [string];
    await row(/second thoughts/).click();
    const panel = await runPanel(session.page);
    await panel.locator('.actions vscode-button', { hasText: 'Continue' }).click();
    await answer(session.page, '2');
    const epochs = () => eventsOf(run).filter((event) => event.kind === 'epoch').length;
    await until('four epochs', () => epochs() === 4, minute);
    await panel.locator('.state[data-state="done"]').waitFor({ timeout: minute });
    assert.equal(runFolders(session.workspace).length, 1);
  });
});

describe('a workspace whose authors are not trusted', { timeout: 3 * minute }, () => {
  let session: Session;

  before(async () => {
    session = await openSession({ fill: trainedInTerminal, workspaceTrust: true });
  });
  after(() => session?.close());
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session.keepPicture(`trust ${context.name}`);
  });

  test('runs can be looked at, training is off', async () => {
    const { page } = session;
    await page.getByText('Restricted Mode', { exact: true }).waitFor();
    await showTrees(page);
    const run = treeItem(page, /^first/);
    await run.waitFor();
    await run.click();
    const panel = await runPanel(page);
    await panel.locator('.state[data-state="done"]').waitFor();
    await assert.rejects(runCommand(page, 'Loupe: Train with Defaults', 4000), 'the palette does not offer it');
    assert.equal(runFolders(session.workspace).length, 1, 'no run was made');
    session.assertNoErrors();
  });
});
