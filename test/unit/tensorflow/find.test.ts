import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { findTensorFlow } from '../../../src/engines/tensorflow/find.ts';

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

  it('says that other systems are not served', () => {
    assert.match(findTensorFlow({ env: {}, platform: 'win32' }).refused[0]?.reason ?? '', /Linux and macOS only/);
  });

  it('nothing there is no refusal', () => assert.deepEqual(search({}), { found: [], refused: [] }));
});

/** Without a path there is no Python to ask. */
function search(env: NodeJS.ProcessEnv) {
  const empty = { PATH: path.join(root, 'no-programs'), LOUPE_CACHE: path.join(root, 'cache') };
  return findTensorFlow({ env: { ...empty, ...env }, platform: 'linux' });
}

/** A virtual environment with a TensorFlow of empty files; returns its `tensorflow` folder. */
function environment(name: string, version: string, libraries = both): string {
  const packages = path.join(root, name, 'lib', 'python3.11', 'site-packages');
  const folder = path.join(packages, 'tensorflow');
  fs.mkdirSync(path.join(folder, 'include', 'tensorflow', 'c'), { recursive: true });
  fs.mkdirSync(path.join(packages, `tensorflow_cpu-${version}.dist-info`), { recursive: true });
  for (const file of ['include/tensorflow/c/c_api.h', ...libraries]) fs.writeFileSync(path.join(folder, file), '');
  return folder;
}
