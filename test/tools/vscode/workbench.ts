import { type Browser, chromium, type Frame, type Locator, type Page } from 'playwright-core';
import { findChromium } from '../system-packages.ts';

/**
 * Is an error of the page's console ours? VS Code's own log (`ERR …`) also tells of its services that lack the network, of files
 * of code-server's front end that the bare server doesn't have, and of what a reload cuts short: of its lines only those count
 * that name Loupe. So does everything that a webview or the extension host reports.
 */
export function isOurs(text: string, address: string): boolean {
  if (/^%c\s*ERR\b/.test(text)) return /\bloupe\b|extension\.cjs/i.test(text);
  if (/\/_static\/|\/vsda\/|\/update\/check|\/mint-key|favicon|\/static\/extensions\//.test(address)) return false;
  return !/Service ?Worker|bad HTTP response code \(404\)|Activating extension 'vscode\./i.test(text);
}

export interface Workbench {
  browser: Browser;
  page: Page;
  /** Errors of the page, its webviews and the extension host so far, without VS Code's own. */
  errors: string[];
  close(): Promise<void>;
}

export interface WorkbenchOptions {
  viewport?: { width: number; height: number };
  /** Called before anything is loaded. */
  prepare?: (page: Page) => Promise<void>;
}

/** Opens `url` in a headless Chromium. */
export async function openWorkbench(url: string, options: WorkbenchOptions = {}): Promise<Workbench> {
  const executablePath = findChromium();
  if (!executablePath) throw new Error('There is no Chromium: install it or set CHROMIUM to its path.');
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'],
  });
  const viewport = options.viewport ?? { width: 1400, height: 900 };
  const context = await browser.newContext({ viewport, permissions: ['clipboard-read', 'clipboard-write'] });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    const { url } = message.location();
    if (message.type() === 'error' && isOurs(message.text(), url)) errors.push(`${message.text()} (${url})`);
  });
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  await options.prepare?.(page);
  await page.goto(url);
  return { browser, page, errors, close: () => browser.close() };
}

/** Waits until the workbench is usable and Loupe's icon is in the activity bar. */
export async function ready(page: Page): Promise<void> {
  await page.locator('.monaco-workbench').waitFor({ timeout: 60_000 });
  await page.locator('.part.statusbar .statusbar-item').first().waitFor({ timeout: 60_000 });
  await activityBarItem(page, 'Loupe').waitFor({ timeout: 60_000 });
}

export function activityBarItem(page: Page, name: string): Locator {
  return page.locator(`.activitybar .action-label[aria-label^="${name}"]`);
}

/** Shows Loupe's trees; does nothing where they are shown. */
export async function showTrees(page: Page): Promise<void> {
  const header = page.locator('.sidebar .composite.title', { hasText: 'Loupe' });
  // Its badge, which lies over it, takes the click too.
  if (!(await header.isVisible())) await activityBarItem(page, 'Loupe').click({ force: true });
  await header.waitFor();
}

/** A row of a tree or list, by the beginning of its label. */
export function treeItem(page: Page, name: string | RegExp): Locator {
  return page.locator('.sidebar').getByRole('treeitem', { name });
}

/**
 * Runs a command through the palette, as a user does. The rows of an open palette are not refreshed when an extension or a
 * context key arrives late, so it is reopened until the row is there.
 */
export async function runCommand(page: Page, title: string, timeout = 30_000): Promise<void> {
  const end = Date.now() + timeout;
  const input = page.locator('.quick-input-widget:visible .quick-input-box input').first();
  const row = page.locator('.quick-input-widget .quick-input-list .monaco-list-row', { hasText: title }).first();
  for (;;) {
    await page.keyboard.press('F1');
    try {
      await input.waitFor({ timeout: 3000 });
      await input.fill(`>${title}`, { timeout: 3000 });
      await row.waitFor({ timeout: 1500 });
      return await row.click({ timeout: 3000 });
    } catch (error) {
      if (Date.now() > end) throw error;
      await page.keyboard.press('Escape');
    }
  }
}

/** Runs a command and chooses from the list it shows; again where something that got the focus late has closed the list. */
export async function runCommandAndChoose(page: Page, title: string, choice: string, timeout = 60_000): Promise<void> {
  const end = Date.now() + timeout;
  for (;;) {
    await runCommand(page, title);
    try {
      return await page.locator('.quick-input-list .monaco-list-row', { hasText: choice }).click({ timeout: 5000 });
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}

/** Answers the quick input that is open: fills in `text` and presses Enter. */
export async function answer(page: Page, text: string): Promise<void> {
  const input = page.locator('.quick-input-widget:visible input').first();
  await input.waitFor();
  await input.fill(text);
  await page.keyboard.press('Enter');
}

/** The document of the webview in which `selector` is found. */
export async function webviewWith(page: Page, selector: string, timeout = 30_000): Promise<Frame> {
  const end = Date.now() + timeout;
  for (;;) {
    for (const frame of page.frames()) {
      // Frames come and go while a webview loads; a detached one throws.
      const found = await frame
        .locator(selector)
        .count()
        .catch(() => 0);
      if (frame.parentFrame() && found > 0) return frame;
    }
    if (Date.now() > end) throw new Error(`No webview has ${selector} after ${timeout / 1000} s.`);
    await page.waitForTimeout(100);
  }
}

/** Opens a file by its path in the workspace. */
export async function openFile(page: Page, file: string): Promise<void> {
  await page.keyboard.press('ControlOrMeta+P');
  const input = page.locator('.quick-input-widget:visible .quick-input-box input').first();
  await input.fill(file);
  const row = page.locator('.quick-input-widget .quick-input-list .monaco-list-row', {
    hasText: file.split('/').at(-1)!,
  });
  await row.first().click();
  await page
    .getByRole('tab', { name: file.split('/').at(-1)! })
    .first()
    .waitFor();
}

/**
 * Chooses from the context menu that is open. VS Code takes no click in the moment after a menu has opened, so that the one that opened it
 * does not count: it is clicked until the menu is gone.
 */
export async function chooseInMenu(page: Page, label: string): Promise<void> {
  const item = page.locator('.monaco-menu .action-label', { hasText: label });
  await item.waitFor();
  for (let tries = 0; tries < 10; tries++) {
    await item.click({ timeout: 2000 }).catch(() => undefined);
    const gone = await item.waitFor({ state: 'detached', timeout: 1500 }).then(
      () => true,
      () => false,
    );
    if (gone) return;
  }
  throw new Error(`The menu stays open at "${label}".`);
}
