import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { cacheRoot } from '../../files.ts';

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
  origin: InstallOrigin;
}

export type InstallOrigin = 'LOUPE_TENSORFLOW' | 'set up by Loupe' | 'Python';

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
}

/**
 * Looks for TensorFlow in this order: the folder in `LOUPE_TENSORFLOW`, what Loupe set up in its cache, the active virtual or
 * conda environment, Pythons on the path. Pythons are asked for their package folders only; TensorFlow is never imported.
 */
export function findTensorFlow(options: SearchOptions = {}): TensorFlowSearch {
  const { env = process.env, platform = process.platform } = options;
  const search: TensorFlowSearch = { found: [], refused: [] };
  if (!libraryNames[platform]) {
    search.refused.push({ place: platform, reason: 'TensorFlow can be attached on Linux and macOS only.' });
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
  for (const name of listFolder(path.join(cacheRoot(env), 'tensorflow'))) {
    if (name.startsWith('binding-')) continue;
    for (const folder of environmentFolders(path.join(cacheRoot(env), 'tensorflow', name))) {
      consider(folder, 'set up by Loupe');
    }
  }
  for (const folder of [env.VIRTUAL_ENV, env.CONDA_PREFIX]) {
    if (folder) for (const one of environmentFolders(folder)) consider(one, 'Python');
  }
  for (const folder of pathPythonFolders(env)) consider(folder, 'Python');
  return search;
}

/** A folder the user named may be TensorFlow's own, the one around it, or a whole environment. */
function namedFolder(named: string): string {
  const candidates = [named, path.join(named, 'tensorflow'), path.join(named, 'lib'), ...environmentFolders(named)];
  return candidates.find(hasLibraries) ?? named;
}

function hasLibraries(folder: string): boolean {
  return listFolder(folder).some((name) => /^libtensorflow.*\.(so|dylib)/.test(name));
}

/** `tensorflow` folders in a virtual or conda environment: `lib/python3.x/site-packages/tensorflow`. */
function environmentFolders(environment: string): string[] {
  return ['lib', 'lib64'].flatMap((lib) =>
    listFolder(path.join(environment, lib))
      .filter((name) => /^python3/.test(name))
      .map((name) => path.join(environment, lib, name, 'site-packages', 'tensorflow'))
      .filter((folder) => fs.existsSync(folder)),
  );
}

/** Where the Pythons on the path look for packages (also user packages and Debian's dist-packages). */
function pathPythonFolders(env: NodeJS.ProcessEnv): string[] {
  const script = 'import sys, site; print("\\n".join(sys.path + [site.getusersitepackages()]))';
  return ['python3', 'python'].flatMap((python) => {
    try {
      const output = execFileSync(python, ['-c', script], {
        env,
        timeout: 10_000,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const folders = output.split(/\r?\n/).filter((line) => path.isAbsolute(line));
      return folders.map((folder) => path.join(folder, 'tensorflow')).filter((folder) => fs.existsSync(folder));
    } catch {
      return [];
    }
  });
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
  const version = packageVersion(folder);
  if (!fs.existsSync(framework) || !main) {
    const what = version ? `TensorFlow ${version} there` : 'There';
    return refuse(`${what} ${version ? 'has' : 'is'} no ${path.basename(framework)} with ${path.basename(full)}.`);
  }
  if (version && isOlder(version)) return refuse(`TensorFlow ${version} is too old; 2.9 or newer is needed.`);
  const headers = [path.join(folder, 'include'), path.join(folder, '..', 'include')].find((candidate) =>
    fs.existsSync(path.join(candidate, 'tensorflow', 'c', 'c_api.h')),
  );
  return { folder, libraries: [framework, main], headers: headers ?? null, version, origin };
}

/** From the package's own record beside it, `tensorflow*-<version>.dist-info`. */
export function packageVersion(folder: string): string | null {
  for (const name of listFolder(path.dirname(folder))) {
    const match =
      /^(?:tensorflow|tensorflow_cpu|tensorflow_gpu|intel_tensorflow|tf_nightly\w*|tensorflow_macos)-(\d[\w.]*?)\.dist-info$/.exec(
        name,
      );
    if (match?.[1]) return match[1];
  }
  return null;
}

function isOlder(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map((part) => Number.parseInt(part, 10));
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

function listFolder(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function realPath(folder: string): string | null {
  try {
    return fs.realpathSync(folder);
  } catch {
    return null;
  }
}
