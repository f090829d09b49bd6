import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { findTensorFlow, type SearchOptions } from '../../../src/engines/tensorflow/find.ts';
import { writeChosen } from '../../../src/engines/tensorflow/state-folder.ts';

const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-find-')));
after(() => fs.rmSync(root, { recursive: true, force: true }));

const both = ['libtensorflow_framework.so.2', 'libtensorflow_cc.so.2'];

describe('finding TensorFlow', () => {
  it('takes the folder the user named, whichever part of the installation it is', () => {
    const folder = environment('named', '2.21.0');
    for (const named of [folder, path.dirname(folder), path.join(root, 'named')]) {
      const { found, refused } = search({ LOUPE_TENSORFLOW: named });
      assert.deepEqual(refused, []);
      assert.deepEqual(
        found.map(({ folder: at, version, origin }) => ({ at, version, origin })),
        [{ at: folder, version: '2.21.0', origin: 'LOUPE_TENSORFLOW' }],
      );
      assert.deepEqual(
        found[0]?.libraries.map((file) => path.basename(file)),
        both,
      );
      assert.equal(found[0]?.headers, path.join(folder, 'include'));
    }
  });

  it('prefers the named folder, then what Loupe set up, then the active environment, and lists a folder once', () => {
    const named = environment('first', '2.20.0');
    const own = environment('cache/tensorflow/cpu-2.19', '2.19.0');
    const active = environment('venv', '2.18.0');
    const env = {
      LOUPE_TENSORFLOW: named,
      VIRTUAL_ENV: path.join(root, 'venv'),
      CONDA_PREFIX: path.join(root, 'venv'),
    };
    assert.deepEqual(
      search(env).found.map(({ folder }) => folder),
      [named, own, active],
    );
    fs.rmSync(path.join(root, 'cache'), { recursive: true });
  });

  const refusals: [string, () => NodeJS.ProcessEnv, RegExp][] = [
    ['a folder that is gone', () => ({ LOUPE_TENSORFLOW: path.join(root, 'gone') }), /not there/],
    [
      'an empty folder',
      () => ({ LOUPE_TENSORFLOW: fs.mkdtempSync(path.join(root, 'empty-')) }),
      /libtensorflow_framework/,
    ],
    ['one that is too old', () => ({ LOUPE_TENSORFLOW: environment('old', '2.8.4') }), /2\.8\.4 is too old/],
    [
      'one without the C++ library',
      () => ({ LOUPE_TENSORFLOW: environment('half', '2.21.0', ['libtensorflow_framework.so.2']) }),
      /2\.21\.0 there has no libtensorflow_framework\.so\.2 with libtensorflow_cc\.so\.2/,
    ],
  ];
  for (const [name, env, reason] of refusals) {
    it(`refuses ${name} and says why`, () => {
      const { found, refused } = search(env());
      assert.deepEqual(found, []);
      assert.match(refused[0]?.reason ?? '', reason);
    });
  }

  for (const [options, reason] of [
    [{ platform: 'win32' }, /Linux and macOS only.*WSL/],
    [{ platform: 'freebsd' }, /Linux and macOS only/],
    [{ platform: 'linux', musl: true }, /musl/],
  ] as const) {
    it(`says why there is none for ${JSON.stringify(options)}`, () => {
      const { found, refused } = findTensorFlow({ env: {}, ...options });
      assert.deepEqual(found, []);
      assert.match(refused[0]?.reason ?? '', reason);
    });
  }

  it('looks into the workspace, pyenv, conda and other environments, in this order', () => {
    const home = path.join(root, 'home');
    const folders = [
      environment('project/.venv', '2.20.0'),
      environment('home/.pyenv/versions/3.12.1', '2.19.0'),
      environment('elsewhere/conda-env', '2.18.0'),
      environment('home/miniconda3/envs/tf', '2.17.0'),
      environment('home/.virtualenvs/old', '2.16.0'),
    ];
    fs.mkdirSync(path.join(home, '.conda'));
    fs.writeFileSync(path.join(home, '.conda', 'environments.txt'), `${path.join(root, 'elsewhere', 'conda-env')}\n`);
    const { found } = search({ HOME: home }, { near: [path.join(root, 'project')] });
    assert.deepEqual(
      found.map(({ folder }) => folder),
      folders,
    );
    assert.deepEqual(
      found.map(({ origin }) => origin),
      ['workspace', 'Python', 'conda', 'conda', 'environment'],
    );
  });

  it('takes what tfjs-node downloaded for a project', () => {
    const lib = path.join(root, 'app', 'node_modules', '@tensorflow', 'tfjs-node', 'deps', 'lib');
    fs.mkdirSync(lib, { recursive: true });
    for (const name of ['libtensorflow_framework.so.2', 'libtensorflow.so.2'])
      fs.writeFileSync(path.join(lib, name), '');
    const { found } = search({}, { near: [path.join(root, 'app')] });
    assert.deepEqual(
      found.map(({ folder, origin, version }) => [folder, origin, version]),
      [[lib, 'tfjs-node', null]],
    );
  });

  it('with an NVIDIA card prefers one that can use it, but never to one that was chosen', () => {
    const cpu = environment('gpu/.venv', '2.21.0');
    const cuda = environment('gpu/venv', '2.20.0', both, 'tensorflow');
    fs.mkdirSync(path.join(path.dirname(cuda), 'nvidia', 'cudnn'), { recursive: true });
    const near = [path.join(root, 'gpu')];
    const order = (nvidia: boolean, env: NodeJS.ProcessEnv = {}) =>
      search(env, { near, nvidia }).found.map(({ folder, flavor }) => [folder, flavor]);
    const kinds = [
      [cpu, 'cpu'],
      [cuda, process.arch === 'x64' ? 'cuda' : 'cpu'],
    ];
    assert.deepEqual(order(false), kinds);
    if (process.arch === 'x64') assert.deepEqual(order(true), [...kinds].reverse());
    assert.deepEqual(order(true, { LOUPE_TENSORFLOW: cpu }), kinds);
  });

  it('a choice comes before what is merely there, and a damaged one counts as none', () => {
    const there = environment('both/.venv', '2.21.0');
    const chosen = environment('both/chosen', '2.20.0');
    const cache = path.join(root, 'choice-cache');
    const options = { near: [path.join(root, 'both')] };
    const folders = () => search({ LOUPE_CACHE: cache }, options).found.map(({ folder }) => folder);
    writeChosen(chosen, { LOUPE_CACHE: cache });
    assert.deepEqual(folders(), [chosen, there]);
    fs.writeFileSync(path.join(cache, 'tensorflow', 'chosen.json'), '{ "fold');
    assert.deepEqual(folders(), [there]);
  });

  it('nothing there is no refusal', () => assert.deepEqual(search({}), { found: [], refused: [] }));
});

/** Without a path there is no Python to ask. */
function search(env: NodeJS.ProcessEnv, options: SearchOptions = {}) {
  const empty = {
    PATH: path.join(root, 'no-programs'),
    LOUPE_CACHE: path.join(root, 'cache'),
    HOME: path.join(root, 'none'),
  };
  return findTensorFlow({ musl: false, nvidia: false, ...options, env: { ...empty, ...env }, platform: 'linux' });
}

/** A virtual environment with a TensorFlow of empty files; returns its `tensorflow` folder. */
function environment(name: string, version: string, libraries = both, kind = 'tensorflow_cpu'): string {
  const packages = path.join(root, name, 'lib', 'python3.11', 'site-packages');
  const folder = path.join(packages, 'tensorflow');
  fs.mkdirSync(path.join(folder, 'include', 'tensorflow', 'c'), { recursive: true });
  fs.mkdirSync(path.join(packages, `${kind}-${version}.dist-info`), { recursive: true });
  for (const file of ['include/tensorflow/c/c_api.h', ...libraries]) fs.writeFileSync(path.join(folder, file), '');
  return folder;
}
