import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import { hasDemo, makeDemo } from './demo/make.ts';
import { demoFolder } from './paths.ts';
import { linkExtension } from './vscode/extension-folder.ts';
import { installVscode } from './vscode/install.ts';
import { startServer } from './vscode/server.ts';

const usage = `npm start [-- [folder] [--port <number>] [--no-open]]
Opens a real VS Code with this working copy of Loupe in the browser; folder: the demo data set.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { port: { type: 'string' }, 'no-open': { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) say(usage);
else await start();

async function start(): Promise<void> {
  const folder = path.resolve(positionals[0] ?? demoFolder);
  const isDemo = folder === demoFolder;
  if (isDemo && !hasDemo(folder)) {
    say('making the demo data …');
    await makeDemo(folder);
  }
  if (!fs.existsSync(folder)) return fail(`There is no folder ${folder}.`);
  say('building …');
  await build();
  const vscode = await installVscode(say);

  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'vscode-start-'));
  process.once('exit', () => fs.rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
  linkExtension(path.join(home, 'extensions'));
  const server = await startServer({
    vscode,
    home,
    port: Number(values.port ?? 0),
    workspaceTrust: !isDemo,
    settings: { 'workbench.startupEditor': isDemo ? 'readme' : 'none' },
  });
  const address = server.url(folder);
  say(`\nVS Code with Loupe and ${folder}:\n\n  ${address}\n\nCtrl+C stops it. Runs that are under way go on.`);
  if (!values['no-open']) openBrowser(address);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void server.stop());
  await server.exited;
  process.exit();
}

/** Where there is a desktop; elsewhere the address on the screen is all there is. */
function openBrowser(address: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', address]
        : ['xdg-open', address];
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return;
  const child = spawn(command as string, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

function say(message: string): void {
  process.stdout.write(`${message}\n`);
}
