import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { format } from 'node:util';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { sharedData } from '../../shared-data.ts';
import { root } from '../paths.ts';
import { endRuns } from './end-runs.ts';
import { installVscode } from './install.ts';
import { startServer } from './server.ts';
import { openWorkbench } from './workbench.ts';

export interface HostTestCounts {
  passed: number;
  failed: number;
  skipped: number;
}

const limitMs = 5 * 60_000;

/**
 * Runs `test/host/*.test.ts` with mocha inside the extension host of a real VS Code that has this working copy as its
 * development extension and an empty workspace open. What mocha prints goes to `write`.
 */
export async function runHostTests(write: (text: string) => void): Promise<HostTestCounts> {
  const vscode = await installVscode(write);
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'vscode-host-'));
  // Inside the repository, so that the bundle finds mocha.
  const bundle = fs.mkdtempSync(path.join(root, 'node_modules', '.loupe-host-tests-'));
  try {
    const result = path.join(home, 'counts.json');
    const workspace = path.join(home, 'workspace');
    fs.mkdirSync(workspace);
    await bundleTests(bundle);
    const server = await startServer({
      vscode,
      home,
      env: { LOUPE_CACHE: path.join(home, 'cache'), LOUPE_HOST_TEST_COUNTS: result, LOUPE_TEST_DATA: sharedData() },
    });
    try {
      await runInside(server.url(workspace), server.port, path.join(bundle, 'index.cjs'), write);
      if (!fs.existsSync(result))
        throw new Error(`The host tests ended without a result.\n${server.log().slice(-3000)}`);
      return JSON.parse(fs.readFileSync(result, 'utf8')) as HostTestCounts;
    } finally {
      await server.stop();
      endRuns(home);
    }
  } finally {
    fs.rmSync(bundle, { recursive: true, force: true });
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function bundleTests(folder: string): Promise<void> {
  const files = fs.globSync('test/host/**/*.test.ts', { cwd: root });
  if (files.length === 0) throw new Error('There is no test in test/host.');
  await build({
    absWorkingDir: root,
    entryPoints: [...files, 'test/tools/vscode/host-tests-entry.ts'],
    outdir: folder,
    outbase: '.',
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    external: ['vscode', 'mocha'],
    // As esbuild.mjs does for the extension itself.
    define: { 'import.meta.url': '__moduleUrl' },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  fs.writeFileSync(path.join(folder, 'package.json'), '{"type":"commonjs"}');
  fs.writeFileSync(
    path.join(folder, 'index.cjs'),
    `exports.run = () => require('./test/tools/vscode/host-tests-entry.cjs').runTests(__dirname);\n`,
  );
}

/** Returns when VS Code has said that the tests are over. */
async function runInside(url: string, port: number, tests: string, write: (text: string) => void): Promise<void> {
  let over = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    over = resolve;
    setTimeout(() => reject(new Error(`The host tests took more than ${limitMs / 60_000} minutes.`)), limitMs).unref();
  });
  const workbench = await openWorkbench(url, {
    prepare: async (page) => {
      await page.exposeFunction('codeAutomationLog', (_kind: string, args: unknown[]) => {
        const line = format(...args);
        if (line.startsWith('[test] ')) write(line.slice('[test] '.length));
      });
      await page.exposeFunction('codeAutomationExit', () => over());
      await develop(page, port, root, tests);
    },
  });
  try {
    await ended;
  } finally {
    await workbench.close();
  }
}

/**
 * Makes the workbench load a development extension and its tests: changes the page's one reading of its configuration, which
 * is where a VS Code started for tests has them. (The page itself must come from the server, else its WebSocket is refused.)
 */
async function develop(page: Page, port: number, extension: string, tests: string): Promise<void> {
  const uri = (file: string) => ({ scheme: 'vscode-remote', authority: `127.0.0.1:${port}`, path: file });
  const developmentOptions = { extensions: [uri(extension)], extensionTestsPath: uri(tests) };
  await page.addInitScript(`{
    const read = Element.prototype.getAttribute;
    Element.prototype.getAttribute = function (name) {
      const value = read.call(this, name);
      if (name !== 'data-settings' || this.id !== 'vscode-workbench-web-configuration' || !value) return value;
      return JSON.stringify({ ...JSON.parse(value), developmentOptions: ${JSON.stringify(developmentOptions)} });
    };
  }`);
}
