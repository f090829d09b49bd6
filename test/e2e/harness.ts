import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Frame, Page } from 'playwright-core';
import { hasDemo, makeDemo } from '../tools/demo/make.ts';
import { outputFolder } from '../tools/paths.ts';
import { endRuns } from '../tools/vscode/end-runs.ts';
import { linkExtension } from '../tools/vscode/extension-folder.ts';
import { installVscode } from '../tools/vscode/install.ts';
import { type Server, startServer } from '../tools/vscode/server.ts';
import { openWorkbench, ready, showTrees, treeItem, type Workbench, webviewWith } from '../tools/vscode/workbench.ts';

/** A VS Code with Loupe and a workspace of its own, for one test file. */
export interface Session {
  page: Page;
  workspace: string;
  home: string;
  server: Server;
  workbench: Workbench;
  /** Reloads the window, as a user does with "Developer: Reload Window". */
  reload(): Promise<void>;
  /** Fails on any error that the page, a webview or the extension host has reported since the last look. */
  assertNoErrors(): void;
  /** Keeps a picture of the window, for a test that failed. */
  keepPicture(name: string): Promise<void>;
  /** Ends everything, the runs that outlive their window included. */
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Fills the workspace. */
  fill: (workspace: string) => Promise<void> | void;
  /** Puts Loupe into the extensions folder; the default links this working copy. */
  install?: (vscode: string, home: string) => Promise<void> | void;
  settings?: Record<string, unknown>;
  /** Ask whether the folder's authors are trusted; the default trusts it. */
  workspaceTrust?: boolean;
  viewport?: { width: number; height: number };
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const vscode = await installVscode();
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'vscode-e2e-'));
  const workspace = path.join(home, 'images');
  fs.mkdirSync(workspace);
  await options.fill(workspace);
  fs.mkdirSync(path.join(home, 'extensions'));
  await (options.install ?? ((_vscode, folder) => linkExtension(path.join(folder, 'extensions'))))(vscode, home);
  const server = await startServer({
    vscode,
    home,
    settings: options.settings ?? {},
    workspaceTrust: options.workspaceTrust ?? false,
    env: { LOUPE_CACHE: path.join(home, 'cache') },
  });
  const workbench = await openWorkbench(server.url(workspace), options.viewport ? { viewport: options.viewport } : {});
  const { page } = workbench;
  await ready(page);
  return {
    page,
    workspace,
    home,
    server,
    workbench,
    async reload() {
      await page.reload();
      await ready(page);
    },
    assertNoErrors() {
      const errors = workbench.errors.splice(0);
      assert.deepEqual(errors, [], `VS Code reported ${errors.length} error(s)`);
    },
    async keepPicture(name) {
      fs.mkdirSync(path.join(outputFolder, 'failed'), { recursive: true });
      await page.screenshot({ path: path.join(outputFolder, 'failed', `${name.replaceAll(/\W+/g, '-')}.png`) });
    },
    async close() {
      await workbench.close();
      await server.stop();
      endRuns(workspace);
      fs.rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Copies up to `perClass` images of each of the demo's `classes` into `<workspace>/<class>`. */
export async function copyDemoImages(workspace: string, classes: string[], perClass: number): Promise<void> {
  const demo = await sharedDemo();
  for (const name of classes) {
    fs.mkdirSync(path.join(workspace, name));
    for (const file of fs
      .readdirSync(path.join(demo, 'images', name))
      .sort()
      .slice(0, perClass)) {
      fs.copyFileSync(path.join(demo, 'images', name, file), path.join(workspace, name, file));
    }
  }
}

/** The demo data, made once for all test files and kept among the outputs. */
export async function sharedDemo(): Promise<string> {
  const folder = path.join(outputFolder, 'demo');
  if (!hasDemo(folder)) {
    const building = `${folder}.tmp-${process.pid}`;
    await makeDemo(building);
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(building, folder);
  }
  return folder;
}

/** Presses the one button of the empty Runs view. @returns the document of the Run panel that opens. */
export async function trainWithOneButton({ page, workspace }: Session): Promise<Frame> {
  await showTrees(page);
  // The views are laid out anew when the data set is found; a press before that may miss.
  await treeItem(page, new RegExp(path.basename(workspace))).waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: 'Train a Model' }).click();
  return runPanel(page);
}

/** The document of the Run panel. */
export function runPanel(page: Page): Promise<Frame> {
  return webviewWith(page, '.state[data-state]', 60_000);
}

/**
 * Waits until VS Code in the browser has put its layout with `text` in it into its store, which it does every few seconds:
 * a reload before that finds the layout of some seconds ago, whatever an extension does.
 */
export async function layoutSaved(page: Page, text: string): Promise<void> {
  await until(`the saved layout names ${text}`, () =>
    page.evaluate<boolean>(`(async () => {
      const done = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      for (const { name } of await indexedDB.databases()) {
        const database = await done(indexedDB.open(name));
        for (const store of database.objectStoreNames) {
          const values = await done(database.transaction(store).objectStore(store).getAll());
          if (values.some((value) => String(value).includes(${JSON.stringify(text)}))) return true;
        }
        database.close();
      }
      return false;
    })()`),
  );
}

/** Folders of the workspace's runs, oldest first. */
export function runFolders(workspace: string): string[] {
  const runs = path.join(workspace, '.loupe', 'runs');
  if (!fs.existsSync(runs)) return [];
  return fs
    .readdirSync(runs)
    .map((name) => path.join(runs, name))
    .filter((folder) => fs.existsSync(path.join(folder, 'job.json')))
    .sort();
}

/** The events of a run so far; a torn last line is left out. */
export function eventsOf(run: string): { kind: string; state?: string; step?: number }[] {
  const file = path.join(run, 'events.jsonl');
  if (!fs.existsSync(file)) return [];
  const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as { kind: string });
}

/** Polls until `read` returns something that is neither false, null nor undefined. */
export async function until<T>(what: string, read: () => T | Promise<T>, timeout = 30_000): Promise<NonNullable<T>> {
  const end = Date.now() + timeout;
  for (;;) {
    const value = await read();
    if (value !== false && value !== null && value !== undefined) return value;
    if (Date.now() > end) throw new Error(`Not within ${timeout / 1000} s: ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** A number that changes when any canvas of a page is drawn differently. */
export function canvasHash(frame: Frame): Promise<number> {
  return frame.evaluate(`(() => {
    let hash = 0;
    for (const canvas of document.querySelectorAll('canvas')) {
      if (canvas.width === 0 || canvas.height === 0) continue;
      for (const value of canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data) {
        hash = (Math.imul(hash, 31) + value) | 0;
      }
    }
    return hash;
  })()`);
}
