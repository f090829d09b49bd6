import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { npm } from '../command.ts';
import { downloadPackage, unpack } from '../npm-package.ts';
import { testCache } from '../paths.ts';
import { startServer } from './server.ts';

/**
 * The npm package that carries VS Code's server and workbench (1.139.1), so that a real VS Code runs where its download
 * site can't be reached. Its own shrinkwrap pins everything below it.
 */
const codeServer = {
  name: 'code-server',
  version: '4.139.1',
  integrity: 'sha512-fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
};

/** What the server, the extension host, the file watcher, the terminal and the page import; the rest stays away. */
const keptDependencies = [
  ...['@microsoft/1ds-core-js', '@microsoft/1ds-post-js', '@parcel/watcher', '@vscode/deviceid'],
  ...['@vscode/iconv-lite-umd', '@vscode/proxy-agent', '@vscode/ripgrep-universal', '@vscode/spdlog'],
  ...['@xterm/addon-clipboard', '@xterm/addon-image', '@xterm/addon-progress', '@xterm/addon-search'],
  ...['@xterm/addon-serialize', '@xterm/addon-unicode11', '@xterm/addon-webgl', '@xterm/headless', '@xterm/xterm'],
  ...['cookie', 'http-proxy-agent', 'https-proxy-agent', 'jschardet', 'katex', 'minimist', 'node-pty', 'tas-client'],
  ...['vscode-oniguruma', 'vscode-regexpp', 'vscode-textmate', 'ws', 'yauzl', 'yazl'],
];

/** Built-in extensions that need the network, an account or much time to start. */
const droppedExtensions = [
  ...['copilot', 'git', 'github', 'mermaid-markdown-features', 'microsoft-authentication', 'tunnel-forwarding'],
  ...['typescript-language-features', 'ms-vscode.js-debug', 'ms-vscode.js-debug-companion'],
  'ms-vscode.vscode-js-profile-table',
];

/** Raise it when `build` below makes something else of the same parts. */
const recipeVersion = 1;

const standIn = path.join(import.meta.dirname, 'spdlog.cjs');

/**
 * Puts the VS Code server into the cache, once per version, platform and recipe. Safe against concurrent callers and
 * against being killed: everything is built beside its final place, checked by starting it, then renamed.
 * @returns the folder of the server (`out/server-main.js` is in it)
 */
export async function installVscode(say: (message: string) => void = () => {}): Promise<string> {
  const recipe = createHash('sha256')
    .update(JSON.stringify([recipeVersion, codeServer, keptDependencies, droppedExtensions]))
    .update(fs.readFileSync(standIn))
    .digest('hex');
  const key = `vscode-${codeServer.version}-${process.platform}-${process.arch}-${recipe.slice(0, 8)}`;
  const cache = testCache();
  const place = path.join(cache, key);
  if (isComplete(place)) return place;

  fs.mkdirSync(cache, { recursive: true });
  removeLeftovers(cache);
  const building = fs.mkdtempSync(`${place}.tmp-`);
  try {
    say(`installing VS Code's server into ${cache} (once, about 15 seconds)`);
    await build(building);
    await checkItStarts(building);
    fs.writeFileSync(path.join(building, '.complete'), '');
    moveIntoPlace(building, place);
  } finally {
    fs.rmSync(building, { recursive: true, force: true });
  }
  return place;
}

function isComplete(folder: string): boolean {
  return fs.existsSync(path.join(folder, '.complete')) && fs.existsSync(path.join(folder, 'out/server-main.js'));
}

async function build(folder: string): Promise<void> {
  const archive = await downloadPackage(codeServer.name, codeServer.version, codeServer.integrity, folder);
  await unpack(archive, folder, {
    strip: 3,
    parts: ['package/lib/vscode'],
    exclude: ['*.map', ...droppedExtensions.map((name) => `package/lib/vscode/extensions/${name}`)],
  });
  fs.rmSync(archive);

  const manifestFile = path.join(folder, 'package.json');
  const manifest = JSON.parse(fs.readFileSync(manifestFile, 'utf8')) as { dependencies: Record<string, string> };
  manifest.dependencies = Object.fromEntries(
    keptDependencies.map((name) => {
      const version = manifest.dependencies[name];
      if (!version) throw new Error(`${name} is no dependency of ${codeServer.name} ${codeServer.version}`);
      return [name, version];
    }),
  );
  fs.writeFileSync(manifestFile, JSON.stringify(manifest));
  await npm(['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--engine-strict=false'], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: '' },
  });
  replaceNativeModules(path.join(folder, 'node_modules'));
}

/** Two modules would need a C++ compiler; neither matters here. Ripgrep comes for every platform: one is enough. */
function replaceNativeModules(modules: string): void {
  fs.rmSync(path.join(modules, '@vscode/spdlog/deps'), { recursive: true, force: true });
  fs.copyFileSync(standIn, path.join(modules, '@vscode/spdlog/index.js'));
  const watchdog = path.join(modules, '@vscode/native-watchdog');
  fs.mkdirSync(watchdog, { recursive: true });
  fs.writeFileSync(path.join(watchdog, 'package.json'), '{"name":"@vscode/native-watchdog","main":"index.js"}');
  fs.writeFileSync(path.join(watchdog, 'index.js'), 'exports.start = () => {};');
  const ripgrep = path.join(modules, '@vscode/ripgrep-universal/bin');
  for (const name of fs.existsSync(ripgrep) ? fs.readdirSync(ripgrep) : []) {
    if (name !== `${process.platform}-${process.arch}`) fs.rmSync(path.join(ripgrep, name), { recursive: true });
  }
}

async function checkItStarts(folder: string): Promise<void> {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'vscode-check-'));
  const server = await startServer({ vscode: folder, home });
  try {
    const answer = await fetch(`http://127.0.0.1:${server.port}/`, {
      headers: { cookie: `vscode-tkn=${server.token}` },
    });
    const page = await answer.text();
    if (!page.includes('vscode-workbench-web-configuration'))
      throw new Error('the VS Code server answers without a page');
  } finally {
    await server.stop();
    fs.rmSync(home, { recursive: true, force: true });
  }
}

function moveIntoPlace(building: string, place: string): void {
  // A place without its mark was damaged by hand: nobody can be using it.
  if (fs.existsSync(place) && !isComplete(place)) fs.rmSync(place, { recursive: true, force: true });
  try {
    fs.renameSync(building, place);
  } catch (error) {
    if (!isComplete(place)) throw error;
  }
}

/** What killed installations left behind. */
function removeLeftovers(cache: string): void {
  const oldest = Date.now() - 3600e3;
  for (const name of fs.readdirSync(cache)) {
    const folder = path.join(cache, name);
    const stat = fs.statSync(folder, { throwIfNoEntry: false });
    if (name.startsWith('vscode-') && name.includes('.tmp-') && stat && stat.mtimeMs < oldest) {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  }
}
