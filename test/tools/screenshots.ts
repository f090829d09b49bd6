import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { copyDemoImages, openSession, runFolders, type Session, until } from '../e2e/harness.ts';
import { build } from './build.ts';
import { panelScenes } from './panel-harness/scenes.ts';
import { shootPanel } from './panel-harness/shoot-panel.ts';
import { outputFolder } from './paths.ts';
import { ensureSystem } from './system-packages.ts';
import { openFile, runCommand, showTrees, webviewWith } from './vscode/workbench.ts';

const themes = {
  'dark-modern': 'Dark Modern',
  'light-modern': 'Light Modern',
  'high-contrast-dark': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
};

/** What is shown, in the order of a user's first minutes. Each is pictured in every theme. */
const scenes: Record<string, (session: Session) => Promise<void>> = {
  async welcome({ page }) {
    await showTrees(page);
    await page.getByRole('button', { name: 'Train a Model' }).waitFor();
  },
  async config({ page }) {
    await openFile(page, 'demo.loupe.json');
    await page.locator('.codelens-decoration a').first().waitFor();
  },
  async running(session) {
    const { page } = session;
    await page.locator('.codelens-decoration a', { hasText: 'Train' }).first().click();
    const panel = await webviewWith(page, '.state[data-state]');
    await panel.locator('.state[data-state="running"]').waitFor({ timeout: 60_000 });
    await showTrees(page);
    await until('an epoch', () => finishedEpochs(session) >= 1, 120_000);
  },
  async stopped({ page }) {
    const panel = await webviewWith(page, '.state[data-state]');
    await panel.locator('.actions vscode-button', { hasText: 'Stop' }).first().click();
    await panel.locator('.state[data-state="stopped"]').waitFor({ timeout: 60_000 });
  },
  /** The panel alone, as wide as it gets. */
  async done({ page }) {
    const panel = await webviewWith(page, '.state[data-state]');
    await panel.locator('.actions vscode-button', { hasText: 'Resume' }).first().click();
    await panel.locator('.state[data-state="done"]').waitFor({ timeout: 240_000 });
    await panel.locator('.state').click();
    await runCommand(page, 'View: Close Editors in Other Groups');
  },
  async classified({ page, workspace }) {
    const [file] = fs.readdirSync(path.join(workspace, 'food'));
    await openFile(page, file as string);
    await runCommand(page, 'Loupe: Classify with Best Model');
    await page.locator('.quick-input-list .monaco-list-row', { hasText: '%' }).first().waitFor();
  },
  async walkthrough({ page }) {
    await runCommand(page, 'Loupe: Open Walkthrough');
    await page.locator('.gettingStartedContainer .getting-started-step').first().waitFor();
  },
  /** The data set alone, one of its images open. */
  async inspect({ page }) {
    await runCommand(page, 'Loupe: Inspect Data Set');
    const panel = await webviewWith(page, '.grid-tile img:not([hidden])', 60_000);
    await panel.locator('.grid-tile[data-index="4"]').click();
    await page.keyboard.press('Enter');
    await panel.locator('.detail-facts', { hasText: 'perceptual hash' }).waitFor();
    await runCommand(page, 'View: Close Editors in Other Groups');
  },
  /** The preview alone, with a preset that shows something. */
  async augment({ page }) {
    await openFile(page, 'demo.loupe.json');
    await runCommand(page, 'Loupe: Preview Augmentation');
    const panel = await webviewWith(page, '.row img', 60_000);
    await panel.locator('#preset').selectOption('fastai');
    await panel.locator('.augmentation', { hasText: 'tilt' }).waitFor();
    await panel.locator('h1').click();
    await runCommand(page, 'View: Close Editors in Other Groups');
  },
};

/** Names of scenes, or of panels: those are pictured by themselves too, with made-up contents. Default: everything. */
const wanted = process.argv.slice(2);
const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name);
const folder = path.join(outputFolder, 'screenshots');
const missing = ensureSystem('chromium', say);
if (missing) throw new Error(missing);
fs.mkdirSync(folder, { recursive: true });
if (Object.keys(scenes).some(isWanted)) await takeScenes();
for (const panel of Object.keys(panelScenes).filter(isWanted)) {
  if ((await shootPanel(panel, { folder, say })) > 0) process.exitCode = 1;
}

async function takeScenes(): Promise<void> {
  await build();
  const session = await openSession({ fill: fillWorkspace, viewport: { width: 1280, height: 800 } });
  try {
    for (const [name, show] of Object.entries(scenes)) {
      await show(session);
      if (isWanted(name)) await takeInEveryTheme(session, name);
    }
    for (const error of session.workbench.errors) say(`error: ${error}`);
  } finally {
    await session.close();
  }
}

async function fillWorkspace(workspace: string): Promise<void> {
  await copyDemoImages(workspace, ['animals', 'food', 'smileys'], 60);
  const config = {
    name: 'Three kinds',
    data: { source: '.' },
    input: { width: 32, height: 32 },
    training: { epochs: 30 },
  };
  fs.writeFileSync(path.join(workspace, 'demo.loupe.json'), `${JSON.stringify(config, null, 2)}\n`);
}

async function takeInEveryTheme({ page, workspace }: Session, scene: string): Promise<void> {
  for (const [file, theme] of Object.entries(themes)) {
    setTheme(workspace, theme);
    await page.locator(`.monaco-workbench.${themeClass(theme)}`).waitFor();
    await settle(page);
    await page.screenshot({ path: path.join(folder, `${scene}-${file}.png`) });
    say(path.join(folder, `${scene}-${file}.png`));
  }
  setTheme(workspace, themes['dark-modern']);
}

/** VS Code watches the workspace's settings, but misses changes of the user's. */
function setTheme(workspace: string, theme: string): void {
  fs.mkdirSync(path.join(workspace, '.vscode'), { recursive: true });
  const settings = { 'workbench.colorTheme': theme };
  fs.writeFileSync(path.join(workspace, '.vscode', 'settings.json'), JSON.stringify(settings));
}

function themeClass(theme: string): string {
  if (theme === themes['high-contrast-dark']) return 'hc-black';
  if (theme === themes['high-contrast-light']) return 'hc-light';
  return theme.startsWith('Light') ? 'vs' : 'vs-dark';
}

/** Colours reach webviews a moment after the workbench. */
async function settle(page: Page): Promise<void> {
  await page.waitForTimeout(700);
}

function finishedEpochs({ workspace }: Session): number {
  const [run] = runFolders(workspace);
  if (!run) return 0;
  return (fs.readFileSync(path.join(run, 'events.jsonl'), 'utf8').match(/"kind":"epoch"/g) ?? []).length;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
