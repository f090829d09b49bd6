import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from './build.ts';
import { show } from './command.ts';
import { root } from './paths.ts';
import { ensureSystem } from './system-packages.ts';
import { addCounts, type Counts, closingLine, exitCode, noCounts, type PartResult } from './test/counts.ts';
import { runNodeTests } from './test/node-tests.ts';
import { installVscode } from './vscode/install.ts';

/** Jobs use several threads, and one of TensorFlow or PyTorch takes up to two gigabytes. */
const MOST_JOBS = Math.min(4, os.availableParallelism());

interface Part {
  about: string;
  /** Counts what ran; throws where the part could not run at all. */
  run(): Promise<Counts>;
}

const bin = (name: string) =>
  path.join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);

const parts: Record<string, Part> = {
  types: { about: 'TypeScript', run: () => checks([bin('tsc'), '-p', '.'], [bin('tsc'), '-p', 'webview']) },
  lint: { about: 'Biome', run: () => checks([bin('biome'), 'check', '.']) },
  unit: { about: 'test/unit', run: () => inNode(['test/unit/**/*.test.ts'], os.availableParallelism()) },
  integration: { about: 'test/integration', run: () => inNode(['test/integration/**/*.test.ts'], MOST_JOBS) },
  host: { about: 'test/host, in the extension host of a real VS Code', run: host },
  e2e: { about: 'test/e2e, in a real VS Code', run: () => inVscode(['test/e2e/*.test.ts']) },
  vsix: { about: 'test/e2e/vsix, the packed extension', run: () => inVscode(['test/e2e/vsix/*.test.ts']) },
};

/** Each command is one check. */
async function checks(...commands: string[][]): Promise<Counts> {
  let counts = noCounts;
  for (const [command = '', ...args] of commands) {
    const passed = (await show(command, args, { cwd: root })) === 0;
    counts = addCounts(counts, { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });
  }
  return counts;
}

/** What a missing compiler leaves out is skipped by the tests themselves, and counted. */
async function inNode(patterns: string[], atOnce: number): Promise<Counts> {
  for (const need of ['clang', 'compiler'] as const) {
    const missing = ensureSystem(need, say);
    if (missing) say(missing);
  }
  return runNodeTests(patterns, { atOnce });
}

async function host(): Promise<Counts> {
  await prepareVscode();
  const { runHostTests } = await import('./vscode/run-host-tests.ts');
  return runHostTests(say);
}

async function inVscode(patterns: string[]): Promise<Counts> {
  await prepareVscode();
  return runNodeTests(patterns, {});
}

/** Once for all parts: Chromium, the server, the demo data and a fresh `dist/`. */
let prepared: Promise<void> | undefined;
function prepareVscode(): Promise<void> {
  prepared ??= (async () => {
    const missing = ensureSystem('chromium', say);
    if (missing) throw new Error(missing);
    await installVscode(say);
    await build();
  })();
  return prepared;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !parts[name]);
if (unknown.length > 0) {
  process.stderr.write(`npm test -- [part …]: no part ${unknown.join(', ')}; there are:\n`);
  for (const [name, { about }] of Object.entries(parts)) process.stderr.write(`  ${name.padEnd(12)} ${about}\n`);
  process.exit(2);
}

const results: PartResult[] = [];
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  say(`\n── ${name} ── ${part.about}`);
  const started = performance.now();
  const counts = await part.run().catch((error: unknown) => {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { ...noCounts, failed: 1 };
  });
  results.push({ name, seconds: (performance.now() - started) / 1000, ...counts });
}
fs.mkdirSync(path.join(root, 'test-output'), { recursive: true });
fs.writeFileSync(path.join(root, 'test-output', 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
say(`\n${closingLine(results)}`);
process.exit(exitCode(results));
