import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Problem } from '../../problem.ts';
import type { TensorFlowInstall } from './find.ts';
import { type NativeSources, nativeSources } from './native-sources.ts';
import { bindingPrefix, tensorflowState } from './state-folder.ts';

/** The two native modules that attach TensorFlow; they serve every Node of Node-API version 8 and up, and Electron's. */
export interface NativePair {
  loader: string;
  binding: string;
}

const run = promisify(execFile);
const nodeApi = 8;
const buildTimeout = 5 * 60_000;

/**
 * The pair for `install`, compiled on the first call (about ten seconds) and then kept in Loupe's cache.
 * @throws Problem when there is no compiler or it fails.
 */
export async function builtPair(install: TensorFlowInstall, env: NodeJS.ProcessEnv = process.env): Promise<NativePair> {
  const sources = nativeSources();
  const folder = path.join(tensorflowState(env), `${bindingPrefix}${buildKey(install, sources)}`);
  if (!fs.existsSync(folder)) await build(install, sources, folder, env);
  return pairIn(folder);
}

export function pairIn(folder: string): NativePair {
  return { loader: path.join(folder, 'loader.node'), binding: path.join(folder, 'tfjs_binding.node') };
}

/** Changes with everything that changes the compiled modules. */
function buildKey(install: TensorFlowInstall, sources: NativeSources): string {
  const hash = createHash('sha256');
  for (const file of [sources.loader, ...sourceFiles(sources.binding)]) hash.update(fs.readFileSync(file));
  const version = install.version ?? createHash('sha256').update(install.folder).digest('hex').slice(0, 8);
  return `tf${version}-napi${nodeApi}-${process.platform}-${process.arch}-${hash.digest('hex').slice(0, 12)}`;
}

async function build(
  install: TensorFlowInstall,
  sources: NativeSources,
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  if (!install.headers) {
    throw new Problem(
      'tensorflow-no-headers',
      `TensorFlow in ${install.folder} came without its C headers, so Loupe can't attach it.`,
      'Install TensorFlow with pip, which brings them.',
    );
  }
  const compiler = await findCompiler(install, env);
  const temporary = `${folder}.tmp-${process.pid}-${randomBytes(4).toString('hex')}`;
  fs.mkdirSync(temporary, { recursive: true });
  try {
    const pair = pairIn(temporary);
    const shared = ['-O2', '-shared', '-fPIC', `-DNAPI_VERSION=${nodeApi}`, `-I${sources.nodeHeaders}`];
    // Node and TensorFlow define the missing symbols when the modules are loaded.
    if (process.platform === 'darwin') shared.push('-undefined', 'dynamic_lookup');
    const binding = sourceFiles(sources.binding).filter((file) => file.endsWith('.cc'));
    const standard = ['-std=c++17', `-I${install.headers}`];
    await compile(compiler, ['-x', 'c', ...shared, sources.loader, '-o', pair.loader], env);
    await compile(compiler, [...standard, ...shared, ...binding, '-o', pair.binding], env);
    publish(temporary, folder);
  } finally {
    fs.rmSync(temporary, { recursive: true, force: true });
  }
}

/** Another process may have built the same pair in the meantime; then its folder stays. */
function publish(temporary: string, folder: string): void {
  try {
    fs.renameSync(temporary, folder);
  } catch (error) {
    if (!fs.existsSync(folder)) throw error;
  }
}

async function compile(compiler: string, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
  try {
    await run(compiler, args, { env, timeout: buildTimeout, maxBuffer: 1 << 24 });
  } catch (error) {
    const output = String((error as { stderr?: unknown }).stderr ?? error);
    const reason = output.split('\n').find((line) => /error/i.test(line)) ?? output.split('\n')[0] ?? '';
    throw new Problem(
      'tensorflow-build-failed',
      `Compiling the link to TensorFlow with ${compiler} failed: ${reason.trim()}`,
      'Update the compiler (GCC 8 or newer), or choose another engine.',
      { cause: error },
    );
  }
}

async function findCompiler(install: TensorFlowInstall, env: NodeJS.ProcessEnv): Promise<string> {
  for (const candidate of [env.CXX, 'g++', 'c++', 'clang++']) {
    if (!candidate) continue;
    try {
      await run(candidate, ['--version'], { env, timeout: 10_000 });
      return candidate;
    } catch {}
  }
  throw new Problem(
    'tensorflow-no-compiler',
    `TensorFlow ${install.version ?? ''} is in ${install.folder}, but attaching it needs a C++ compiler and none is installed.`,
    'Install one (on Debian and Ubuntu: apt install g++; on macOS: xcode-select --install), or choose another engine.',
  );
}

function sourceFiles(folder: string): string[] {
  return fs
    .readdirSync(folder)
    .filter((name) => /\.(cc|h)$/.test(name))
    .sort()
    .map((name) => path.join(folder, name));
}
