import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { bindingPrefix, readChosen, tensorflowState } from './state-folder.ts';

export type InstallOrigin =
  | 'LOUPE_TENSORFLOW'
  | 'chosen'
  | 'set up by Loupe'
  | 'active environment'
  | 'workspace'
  | 'Python'
  | 'conda'
  | 'environment'
  | 'tfjs-node';

/** A folder in which TensorFlow's libraries may lie. */
export interface Place {
  folder: string;
  origin: InstallOrigin;
}

export interface PlacesOptions {
  env: NodeJS.ProcessEnv;
  /** Folders whose `.venv`, `venv`, `env`, `.conda` and `node_modules` are looked into, e.g. the workspace. */
  near: readonly string[];
}

/** Where TensorFlow may be on this machine, in the order in which it is taken. Folders may be missing or the same. */
export function tensorflowPlaces({ env, near }: PlacesOptions): Place[] {
  const home = env.HOME ?? os.homedir();
  const chosen = readChosen(env);
  const active = [env.VIRTUAL_ENV, env.CONDA_PREFIX].filter((one): one is string => Boolean(one));
  const beside = near.flatMap((folder) => ['.venv', 'venv', 'env', '.conda'].map((name) => path.join(folder, name)));
  return [
    ...(chosen ? [{ folder: chosen, origin: 'chosen' as const }] : []),
    ...inEnvironments(ownEnvironments(env), 'set up by Loupe'),
    ...inEnvironments(active, 'active environment'),
    ...inEnvironments(beside, 'workspace'),
    ...pathPythonFolders(env).map((folder): Place => ({ folder, origin: 'Python' })),
    ...inEnvironments(childrenOf(path.join(home, '.pyenv', 'versions')), 'Python'),
    ...inEnvironments(condaEnvironments(home), 'conda'),
    ...inEnvironments(otherEnvironments(home), 'environment'),
    ...packageDownloads(near).map((folder): Place => ({ folder, origin: 'tfjs-node' })),
  ];
}

/** `tensorflow` folders in a virtual or conda environment: `lib/python3.x/site-packages/tensorflow`. */
export function environmentFolders(environment: string): string[] {
  return ['lib', 'lib64'].flatMap((lib) =>
    listFolder(path.join(environment, lib))
      .filter((name) => /^python3/.test(name))
      .map((name) => path.join(environment, lib, name, 'site-packages', 'tensorflow'))
      .filter((folder) => fs.existsSync(folder)),
  );
}

/** Names in a folder, sorted; empty where it can't be read. */
export function listFolder(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function inEnvironments(environments: readonly string[], origin: InstallOrigin): Place[] {
  return environments.flatMap(environmentFolders).map((folder) => ({ folder, origin }));
}

function childrenOf(folder: string): string[] {
  return listFolder(folder).map((name) => path.join(folder, name));
}

/** A folder with `.tmp-` in its name is an installation under way. */
function ownEnvironments(env: NodeJS.ProcessEnv): string[] {
  return childrenOf(tensorflowState(env)).filter((folder) => {
    const name = path.basename(folder);
    return !name.startsWith(bindingPrefix) && !name.includes('.tmp-');
  });
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

/** conda writes every environment it makes into `~/.conda/environments.txt`. */
function condaEnvironments(home: string): string[] {
  const roots = ['miniconda3', 'anaconda3', 'miniforge3', 'mambaforge', 'micromamba'].map((name) =>
    path.join(home, name),
  );
  let listed: string[] = [];
  try {
    listed = fs
      .readFileSync(path.join(home, '.conda', 'environments.txt'), 'utf8')
      .split(/\r?\n/)
      .filter(Boolean);
  } catch {}
  return [...listed, ...roots.flatMap((root) => [root, ...childrenOf(path.join(root, 'envs'))])];
}

/** Where virtualenvwrapper, pipenv and poetry keep theirs. */
function otherEnvironments(home: string): string[] {
  return [
    path.join(home, '.virtualenvs'),
    path.join(home, '.local', 'share', 'virtualenvs'),
    path.join(home, '.cache', 'pypoetry', 'virtualenvs'),
  ].flatMap(childrenOf);
}

/** What the installer of tfjs-node downloads (TensorFlow's C library), where it has run. */
function packageDownloads(near: readonly string[]): string[] {
  const names = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];
  const besides = near.flatMap((folder) => names.map((name) => path.join(folder, 'node_modules', name)));
  const own = names.flatMap((name) => {
    try {
      return [path.dirname(createRequire(import.meta.url).resolve(`${name}/package.json`))];
    } catch {
      return [];
    }
  });
  return [...besides, ...own].map((folder) => path.join(folder, 'deps', 'lib')).filter((one) => fs.existsSync(one));
}
