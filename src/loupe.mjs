#!/usr/bin/env node
// The `loupe` command. Node 20 can't run what Loupe needs (node:sqlite): there it goes on with the Node that npm installed beside it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const [major, minor] = process.versions.node.split('.').map(Number);
const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, 'cli.ts');

function bundledNode() {
  const system = process.platform === 'win32' ? 'win' : process.platform;
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${system}-${process.arch}/package.json`);
    const file = path.join(path.dirname(manifest), 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

// 22.18 is the first Node that runs TypeScript sources without a flag.
if (major > 22 || (major === 22 && minor >= 18)) {
  await import(source);
} else {
  const node = bundledNode();
  if (!node) {
    console.error(
      `Loupe needs Node 22.18 or newer; this is ${process.version}. Install it from nodejs.org and run again.`,
    );
    process.exit(1);
  }
  const result = spawnSync(node, [source, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exit(result.status ?? 1);
}
