// How long Loupe takes of a VS Code window's start: `node bench/activation.ts [windows]` opens that many real windows, one after
// another, on 180 images, and reads what Loupe logs about its activation. Loading the bundle is measured beside it, in a Node of
// its own with a stand-in for the `vscode` module. `npm run build` first.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { copyDemoImages, openSession } from '../test/e2e/harness.ts';
import { root } from '../test/tools/paths.ts';
import { showTrees } from '../test/tools/vscode/workbench.ts';
import { writeResult } from './result-file.ts';

const bundle = path.join(root, 'dist', 'extension.cjs');
const windows = Number(process.argv[2] ?? 7);

const activate: number[] = [];
const load: number[] = [];
for (let i = 0; i < windows; i++) {
  activate.push(await activationMs());
  load.push(loadMs());
}
writeResult('activation', {
  windows,
  bundleKiB: Math.round(fs.statSync(bundle).size / 1024),
  activateMs: summary(activate),
  loadBundleMs: summary(load),
});

async function activationMs(): Promise<number> {
  const session = await openSession({ fill: (workspace) => copyDemoImages(workspace, ['food', 'people'], 90) });
  try {
    await showTrees(session.page);
    const end = Date.now() + 30_000;
    for (;;) {
      for (const file of fs.globSync('**/Loupe.log', { cwd: session.home })) {
        const found = /activated in ([\d.]+) ms/.exec(fs.readFileSync(path.join(session.home, file), 'utf8'));
        if (found) return Number(found[1]);
      }
      if (Date.now() > end) throw new Error(`no activation in the logs under ${session.home}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  } finally {
    await session.close();
  }
}

function loadMs(): number {
  const script = `
    const module_ = require('node:module');
    const stand = new Proxy(function () {}, { get: (_, key) => (key === Symbol.toPrimitive ? () => '' : stand), construct: () => stand, apply: () => stand });
    const load = module_._load;
    module_._load = (name, ...rest) => (name === 'vscode' ? stand : load(name, ...rest));
    const started = performance.now();
    require(${JSON.stringify(bundle)});
    process.stdout.write(String(performance.now() - started));`;
  return Number(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }));
}

function summary(values: number[]): { min: number; median: number; max: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const round = (value: number | undefined) => Math.round((value ?? Number.NaN) * 10) / 10;
  return { min: round(sorted[0]), median: round(sorted[sorted.length >> 1]), max: round(sorted.at(-1)) };
}
