import fs from 'node:fs';
import path from 'node:path';
import { hasNvidiaCard } from './nvidia.ts';
import { environmentFolders, type InstallOrigin, listFolder, tensorflowPlaces } from './places.ts';

/** A TensorFlow whose shared libraries and C headers lie on this machine. Nothing of it has been loaded yet. */
export interface TensorFlowInstall {
  /** The folder with the shared libraries, e.g. `…/site-packages/tensorflow`. */
  folder: string;
  /** In the order in which they are opened. */
  libraries: string[];
  /** Folder with `tensorflow/c/c_api.h`; null: the binding can't be compiled against this one. */
  headers: string | null;
  /** As its package says; null where there is none to ask, e.g. a folder the user named. */
  version: string | null;
  /** `cuda`: made for NVIDIA's cards; null: not known. */
  flavor: 'cpu' | 'cuda' | null;
  /** NVIDIA's libraries came beside it (`tensorflow[and-cuda]`). */
  cudaLibraries: boolean;
  origin: InstallOrigin;
}

export interface RefusedInstall {
  /** What was looked at: a folder or the name of a Python. */
  place: string;
  reason: string;
}

export interface TensorFlowSearch {
  /** Best first; duplicates (one folder seen from two Pythons) once. */
  found: TensorFlowInstall[];
  refused: RefusedInstall[];
}

/** Below 2.9 the C interface lacks what the binding calls. */
const oldest = [2, 9] as const;

const libraryNames: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['libtensorflow_framework.so.2', 'libtensorflow_cc.so.2'],
  darwin: ['libtensorflow_framework.2.dylib', 'libtensorflow_cc.2.dylib'],
};

/** TensorFlow's own C package (`libtensorflow`) has another second library. */
const cLibrary: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'libtensorflow.so.2',
  darwin: 'libtensorflow.2.dylib',
};

export interface SearchOptions {
  env?: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
  /** Folders whose environments are looked into as well, e.g. the workspace. */
  near?: readonly string[];
  /** The C library is musl's (Alpine). */
  musl?: boolean;
  /** There is a graphics card that a `cuda` TensorFlow could use. */
  nvidia?: boolean;
}

/** Installations that the user named, chose or had Loupe set up come before what is merely there. */
const wanted: readonly InstallOrigin[] = ['LOUPE_TENSORFLOW', 'chosen', 'set up by Loupe'];

/**
 * Looks for TensorFlow: the folder in `LOUPE_TENSORFLOW`, the one chosen with `loupe setup`, what Loupe set up, the active
 * environment, environments in `near`, Pythons on the path, conda's and other environments, tfjs-node's own download. On a machine
 * with an NVIDIA card those that can use it come first among the latter. Pythons are asked for their package folders only; TensorFlow is never imported.
 */
export function findTensorFlow(options: SearchOptions = {}): TensorFlowSearch {
  const {
    env = process.env,
    platform = process.platform,
    near = [],
    musl = isMusl(),
    nvidia = hasNvidiaCard(),
  } = options;
  const search: TensorFlowSearch = { found: [], refused: [] };
  const impossible = unsupported(platform, musl);
  if (impossible) {
    search.refused.push({ place: impossible.place, reason: impossible.reason });
    return search;
  }
  const seen = new Set<string>();
  const consider = (folder: string, origin: InstallOrigin) => {
    const real = realPath(folder);
    if (!real || seen.has(real)) return;
    seen.add(real);
    const result = inspectFolder(real, origin, platform);
    if ('reason' in result) search.refused.push(result);
    else search.found.push(result);
  };
  if (env.LOUPE_TENSORFLOW) {
    if (!realPath(env.LOUPE_TENSORFLOW)) {
      search.refused.push({
        place: env.LOUPE_TENSORFLOW,
        reason: 'LOUPE_TENSORFLOW names a folder that is not there.',
      });
    }
    consider(namedFolder(env.LOUPE_TENSORFLOW), 'LOUPE_TENSORFLOW');
  }
  for (const { folder, origin } of tensorflowPlaces({ env, near })) consider(folder, origin);
  if (nvidia) search.found = cudaFirst(search.found);
  return search;
}

/** Why there can be no TensorFlow to attach on such a machine, or null. */
function unsupported(platform: NodeJS.Platform, musl: boolean): RefusedInstall | null {
  if (platform === 'win32') {
    const reason =
      'TensorFlow can be attached on Linux and macOS only. Under Windows, open the folder in WSL, or use the webgpu engine.';
    return { place: platform, reason };
  }
  if (!libraryNames[platform])
    return { place: platform, reason: 'TensorFlow can be attached on Linux and macOS only.' };
  if (musl) return { place: 'Alpine', reason: 'TensorFlow is not made for systems with musl, such as Alpine Linux.' };
  return null;
}

function isMusl(): boolean {
  if (process.platform !== 'linux') return false;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime === undefined;
}

function cudaFirst(found: readonly TensorFlowInstall[]): TensorFlowInstall[] {
  const rank = (one: TensorFlowInstall) =>
    wanted.includes(one.origin) ? 0 : one.flavor === 'cuda' ? (one.cudaLibraries ? 1 : 2) : 3;
  return [...found].sort((a, b) => rank(a) - rank(b));
}

/** The installation in a folder that the user named: TensorFlow's own folder, the one around it, or a whole environment. */
export function inspectNamed(
  named: string,
  origin: InstallOrigin,
  platform: NodeJS.Platform = process.platform,
): TensorFlowInstall | RefusedInstall {
  const real = realPath(namedFolder(named));
  if (!real) return { place: named, reason: 'There is no such folder.' };
  return inspectFolder(real, origin, platform);
}

/** A folder the user named may be TensorFlow's own, the one around it, or a whole environment. */
function namedFolder(named: string): string {
  const candidates = [named, path.join(named, 'tensorflow'), path.join(named, 'lib'), ...environmentFolders(named)];
  return candidates.find(hasLibraries) ?? named;
}

function hasLibraries(folder: string): boolean {
  return listFolder(folder).some((name) => /^libtensorflow.*\.(so|dylib)/.test(name));
}

function inspectFolder(
  folder: string,
  origin: InstallOrigin,
  platform: NodeJS.Platform,
): TensorFlowInstall | RefusedInstall {
  const refuse = (reason: string): RefusedInstall => ({ place: folder, reason });
  const [framework, full] = (libraryNames[platform] ?? []).map((name) => path.join(folder, name));
  const plain = path.join(folder, cLibrary[platform] ?? '');
  if (!framework || !full) return refuse('TensorFlow can be attached on Linux and macOS only.');
  const main = [full, plain].find((file) => fs.existsSync(file));
  const record = packageRecord(folder);
  const version = record?.version ?? null;
  if (!fs.existsSync(framework) || !main) {
    const what = version ? `TensorFlow ${version} there` : 'There';
    return refuse(`${what} ${version ? 'has' : 'is'} no ${path.basename(framework)} with ${path.basename(full)}.`);
  }
  if (version && isOlder(version)) return refuse(`TensorFlow ${version} is too old; 2.9 or newer is needed.`);
  const headers = [path.join(folder, 'include'), path.join(folder, '..', 'include')].find((candidate) =>
    fs.existsSync(path.join(candidate, 'tensorflow', 'c', 'c_api.h')),
  );
  return {
    folder,
    libraries: [framework, main],
    headers: headers ?? null,
    version,
    flavor: record && platform === 'linux' ? flavorOf(record.name) : platform === 'linux' ? null : 'cpu',
    cudaLibraries: fs.existsSync(path.join(path.dirname(folder), 'nvidia', 'cudnn')),
    origin,
  };
}

/** The package's own record beside it, `tensorflow*-<version>.dist-info`. */
export function packageRecord(folder: string): { name: string; version: string } | null {
  const pattern =
    /^(tensorflow|tensorflow_cpu|tensorflow_gpu|intel_tensorflow|tf_nightly\w*|tensorflow_macos)-(\d[\w.]*?)\.dist-info$/;
  for (const entry of listFolder(path.dirname(folder))) {
    const [, name, version] = pattern.exec(entry) ?? [];
    if (name && version) return { name, version };
  }
  return null;
}

/** Linux wheels named `tensorflow` are made with CUDA on x64, and without on ARM. */
function flavorOf(name: string): 'cpu' | 'cuda' {
  const cpuOnly = /cpu|intel|macos/.test(name) || process.arch !== 'x64';
  return cpuOnly ? 'cpu' : 'cuda';
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

function realPath(folder: string): string | null {
  try {
    return fs.realpathSync(folder);
  } catch {
    return null;
  }
}
