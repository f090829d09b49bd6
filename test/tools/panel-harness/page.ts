import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';

const root = path.resolve(import.meta.dirname, '../../..');

/** What a real VS Code 1.139 sets in a webview for a colour theme. */
export interface Theme {
  /** Of `body`. */
  className: string;
  data: Record<string, string>;
  /** Custom properties of the document's root. */
  variables: Record<string, string>;
}

export const themeNames = ['dark', 'light', 'hc-dark', 'hc-light'] as const;
export type ThemeName = (typeof themeNames)[number];

export function readTheme(name: ThemeName): Theme {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, 'themes', `${name}.json`), 'utf8')) as Theme;
}

const POLL_MS = 25;
const LIMIT_MS = 20_000;

/**
 * Waits until `expression` is true in the page. Playwright's own `waitForFunction` evaluates text inside the page, which the panels'
 * Content-Security-Policy forbids; from outside it may be.
 */
export async function waitFor(page: Page, expression: string): Promise<void> {
  const started = performance.now();
  while (!(await page.evaluate(expression))) {
    if (performance.now() - started > LIMIT_MS) throw new Error(`not within ${LIMIT_MS / 1000} s: ${expression}`);
    await page.waitForTimeout(POLL_MS);
  }
}

/** What fake-vscode.js leaves in the page. */
interface InPage {
  panelHarness: { send(message: unknown): void; setTheme(theme: Theme): void };
}

export interface OpenOptions {
  theme: ThemeName;
  width?: number;
  height?: number;
  state?: unknown;
  reducedMotion?: boolean;
}

/** A panel page open in chromium. */
export interface PanelPage {
  page: Page;
  /** Console errors, page errors and policy violations so far; a good panel has none. */
  errors: string[];
  send(message: unknown): Promise<void>;
  sent(): Promise<{ type: string; [key: string]: unknown }[]>;
  savedState(): Promise<unknown>;
  setTheme(name: ThemeName): Promise<void>;
  close(): Promise<void>;
}

export interface Harness {
  sizes: { js: number; css: number };
  open(options: OpenOptions): Promise<PanelPage>;
  close(): Promise<void>;
}

/**
 * Bundles a panel of `webview` as packages do, and serves it with the host's Content-Security-Policy as a header.
 * @param panel its folder, e.g. `run`.
 * @throws when there is no chromium (`CHROMIUM` or /usr/bin/chromium).
 */
export async function startHarness(panel = 'run'): Promise<Harness> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'loupe-panel-'));
  await build({
    entryPoints: { [panel]: path.join(root, 'webview', panel, 'main.ts') },
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    outdir: folder,
    legalComments: 'none',
    logLevel: 'warning',
  });
  const js = readFileSync(path.join(folder, `${panel}.js`));
  const css = readFileSync(path.join(folder, `${panel}.css`));
  const { port, stop } = await serve(panel, js, css);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--enable-precise-memory-info', '--js-flags=--expose-gc'],
  });
  return {
    sizes: { js: js.length, css: css.length },
    open: (options) => open(browser, port, options),
    async close() {
      await browser.close();
      stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function serve(panel: string, js: Buffer, css: Buffer): Promise<{ port: number; stop: () => void }> {
  const nonce = 'h4rness';
  const html = `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="${panel}.css"><title>${panel}</title>
</head><body data-folder="/home/ada/emoji/.loupe/runs/20260512-093000-emoji"><div id="root"></div>
<script nonce="${nonce}" src="${panel}.js"></script></body></html>`;
  const files: Record<string, [type: string, body: string | Buffer]> = {
    '/': ['text/html', html],
    [`/${panel}.js`]: ['text/javascript', js],
    [`/${panel}.css`]: ['text/css', css],
  };
  const server = createServer((request, response) => {
    const file = files[request.url ?? ''];
    if (!file) {
      response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end();
      return;
    }
    const policy = `default-src 'none'; img-src 'self' data:; style-src 'self' 'nonce-${nonce}'; font-src 'self'; script-src 'nonce-${nonce}'`;
    response.writeHead(200, { 'content-type': file[0], 'content-security-policy': policy }).end(file[1]);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, stop: () => server.close() };
}

async function open(browser: Browser, port: number, options: OpenOptions): Promise<PanelPage> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 900, height: options.height ?? 1000 },
    reducedMotion: options.reducedMotion ? 'reduce' : 'no-preference',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  const fake = readFileSync(path.join(import.meta.dirname, 'fake-vscode.js'), 'utf8');
  const theme = JSON.stringify(readTheme(options.theme));
  await page.addInitScript({
    content: `${fake}\ninstallFakeVsCode(${theme}, ${JSON.stringify(options.state ?? null)});`,
  });
  await page.goto(`http://127.0.0.1:${port}/`);
  return {
    page,
    errors,
    send: (message) => page.evaluate((value) => (globalThis as unknown as InPage).panelHarness.send(value), message),
    sent: () => page.evaluate('panelHarness.sent'),
    savedState: () => page.evaluate('panelHarness.state'),
    setTheme: (name) =>
      page.evaluate((value) => (globalThis as unknown as InPage).panelHarness.setTheme(value), readTheme(name)),
    close: () => context.close(),
  };
}
