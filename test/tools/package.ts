import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { capture } from './command.ts';
import { stageBundle, stageNative } from './package/stage.ts';
import { isTarget, ownTarget, type Target, targets } from './package/targets.ts';
import { root } from './paths.ts';

const usage = `npm run package [-- --all | --target <name> …] [--out <folder>]
Writes loupe-<version>-<target>.vsix, for this machine unless told otherwise. Targets: ${targets.join(', ')}.`;

const { values } = parseArgs({
  options: {
    all: { type: 'boolean' },
    target: { type: 'string', multiple: true },
    out: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
});

const wanted = values.all ? targets : (values.target ?? [ownTarget()]);
const unknown = wanted.filter((name) => !isTarget(name));
if (values.help || unknown.length > 0) {
  process.stderr.write(`${unknown.length > 0 ? `No target ${unknown.join(', ')}.\n` : ''}${usage}\n`);
  process.exitCode = values.help ? 0 : 2;
} else {
  await packageFor(wanted as Target[], path.resolve(values.out ?? root));
}

async function packageFor(chosen: Target[], out: string): Promise<void> {
  const stage = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-package-'));
  try {
    await stageBundle(stage);
    fs.copyFileSync(path.join(root, '.vscodeignore'), path.join(stage, '.vscodeignore'));
    fs.mkdirSync(out, { recursive: true });
    for (const target of chosen) {
      await stageNative(stage, target);
      const file = await pack(stage, target, out);
      process.stdout.write(`${file}  ${(fs.statSync(file).size / 2 ** 20).toFixed(1)} MiB\n`);
    }
  } finally {
    fs.rmSync(stage, { recursive: true, force: true });
  }
}

async function pack(stage: string, target: Target, out: string): Promise<string> {
  const { name, version } = JSON.parse(fs.readFileSync(path.join(stage, 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
  const file = path.join(out, `${name}-${version}-${target}.vsix`);
  const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const options = ['--no-dependencies', '--allow-missing-repository', '--no-rewrite-relative-links'];
  await capture(process.execPath, [vsce, 'package', '--target', target, '--out', file, ...options], { cwd: stage });
  return file;
}
