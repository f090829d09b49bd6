// Starts a TypeScript source with a Node that can run it. Plain JavaScript on purpose: it must load in every Node from 18 on.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The Node that npm installed beside Loupe (an optional dependency, on Linux and Windows). */
function installedNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${system}-${process.arch}/package.json`);
    const file = path.join(path.dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Runs `source` with `args`: in this process where this Node is at least `oldest`, else in the installed one, whose exit
 * code and signals are passed on. Where there is neither, says so in one sentence and exits with 1.
 * @param {URL} source a `.ts` or `.mjs` file
 * @param {string[]} args
 * @param {[major: number, minor: number]} oldest
 */
export async function runWithNode(source, args, [major, minor]) {
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) {
    process.argv = [process.argv[0], fileURLToPath(source), ...args];
    await import(source.href);
    return;
  }
  const node = installedNode();
  if (!node) {
    console.error(
      `Loupe needs Node ${major}${minor ? `.${minor}` : ''} or newer and this is ${process.version}: run "npm ci" (with optional dependencies), or install Node from nodejs.org.`,
    );
    process.exitCode = 1;
    return;
  }
  // What it starts by the name of `node` is meant to be the same one.
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(node, [fileURLToPath(source), ...args], { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 130 : 1)));
}
