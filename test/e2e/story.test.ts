import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Frame } from 'playwright-core';
import { openFile, runCommand, showTrees, treeItem } from '../tools/vscode/workbench.ts';
import {
  canvasHash,
  copyDemoImages,
  eventsOf,
  layoutSaved,
  openSession,
  runFolders,
  runPanel,
  type Session,
  trainWithOneButton,
  until,
} from './harness.ts';

const minute = 60_000;

async function press(panel: Frame, label: string): Promise<void> {
  await panel.locator('.actions vscode-button', { hasText: label }).first().click();
}

function stateIs(panel: Frame, state: string, timeout = 2 * minute): Promise<void> {
  return panel.locator(`.state[data-state="${state}"]`).waitFor({ timeout });
}

function stepsOf(run: string): number {
  return Math.max(0, ...eventsOf(run).map((event) => (event.kind === 'step' ? (event.step ?? 0) : 0)));
}

function onlyRun(session: Session): string {
  const runs = runFolders(session.workspace);
  assert.equal(runs.length, 1);
  return runs[0] as string;
}

describe('from a folder of images to a trained model', { timeout: 6 * minute }, () => {
  let session: Session;
  let panel: Frame;

  before(async () => {
    session = await openSession({
      fill: (workspace) => copyDemoImages(workspace, ['animals', 'smileys', 'symbols'], 150),
    });
  });
  after(() => session?.close());
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session.keepPicture(context.name);
    session.assertNoErrors();
  });

  test('one button starts a run and opens its panel', async () => {
    panel = await trainWithOneButton(session);
    await stateIs(panel, 'running');
    await treeItem(session.page, /running/).waitFor();
  });

  test('the curves move while it trains', async () => {
    const run = onlyRun(session);
    await until('two steps', () => stepsOf(run) >= 2, minute);
    const steps = stepsOf(run);
    const drawn = await canvasHash(panel);
    await until('another step', () => stepsOf(run) > steps, minute);
    await until('another drawing', async () => (await canvasHash(panel)) !== drawn);
  });

  test('Stop keeps what was learned', async () => {
    await press(panel, 'Stop');
    await stateIs(panel, 'stopped');
    assert.ok(fs.existsSync(path.join(onlyRun(session), 'state')));
    await treeItem(session.page, /stopped/).waitFor();
  });

  test('Resume goes on to the end, and the model is saved', async () => {
    const run = onlyRun(session);
    const steps = stepsOf(run);
    await press(panel, 'Resume');
    await stateIs(panel, 'running');
    await stateIs(panel, 'done', 4 * minute);
    assert.ok(stepsOf(run) > steps);
    assert.ok(eventsOf(run).some((event) => event.kind === 'resume'));
    assert.ok(fs.existsSync(path.join(run, 'model', 'model.json')));
  });

  test('the best model classifies an image', async () => {
    const [file] = fs.readdirSync(path.join(session.workspace, 'smileys')).sort().slice(-1);
    await openFile(session.page, file as string);
    await runCommand(session.page, 'Loupe: Classify with Best Model');
    await session.page
      .getByText(/\b\d+(\.\d+)?\s?%/)
      .first()
      .waitFor();
  });
});

describe('a run outlives its window', { timeout: 5 * minute }, () => {
  let session: Session;

  before(async () => {
    session = await openSession({
      fill: async (workspace) => {
        await copyDemoImages(workspace, ['food', 'people'], 64);
        const config = { data: { source: '.' }, input: { width: 32, height: 32 }, training: { epochs: 400 } };
        fs.writeFileSync(path.join(workspace, 'long.loupe.json'), JSON.stringify(config, null, 2));
      },
    });
  });
  after(() => session?.close());
  afterEach(async (context) => {
    if ('passed' in context && !context.passed) await session.keepPicture(context.name);
  });

  test('the window reloads in mid-run: the run goes on and its panel comes back', async () => {
    await openFile(session.page, 'long.loupe.json');
    await session.page.locator('.codelens-decoration a', { hasText: 'Train' }).first().click();
    await stateIs(await runPanel(session.page), 'running');
    const run = onlyRun(session);
    await until('two steps', () => stepsOf(run) >= 2, minute);

    await layoutSaved(session.page, path.basename(run));
    const pid = lockedBy(run);
    await session.reload();
    const panel = await runPanel(session.page);
    await stateIs(panel, 'running');
    assert.equal(lockedBy(run), pid, 'the same process goes on');
    const steps = stepsOf(run);
    const drawn = await canvasHash(panel);
    await until('another step', () => stepsOf(run) > steps, minute);
    await until('another drawing', async () => (await canvasHash(panel)) !== drawn);
    assert.equal(eventsOf(run).filter((event) => event.kind === 'resume').length, 0);
    session.assertNoErrors();
  });

  test('a closed window changes nothing; a new one finds the run', async () => {
    const run = onlyRun(session);
    await session.page.goto('about:blank');
    const steps = stepsOf(run);
    await until('a step without a window', () => stepsOf(run) > steps, minute);
    await session.page.goto(session.server.url(session.workspace));
    await showTrees(session.page);
    await treeItem(session.page, /running|done/).waitFor();
    session.assertNoErrors();
  });
});

function lockedBy(run: string): number {
  return (JSON.parse(fs.readFileSync(path.join(run, 'lock.json'), 'utf8')) as { pid: number }).pid;
}
