import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pythonPeersFolder } from '../../python-peers.ts';
import { skip } from './support.ts';

const maker = new URL('../../../src/engines/tensorflow/maker.ts', import.meta.url).href;
const root = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-attach-'));
after(() => fs.rmSync(root, { recursive: true, force: true }));

/** TensorFlow can be loaded once in a process, so each start has one of its own. */
async function start(
  env: NodeJS.ProcessEnv,
): Promise<{ info?: unknown; code?: string; message?: string; stderr: string }> {
  const script = `
    import { tensorflowMaker } from ${JSON.stringify(maker)};
    try { console.log(JSON.stringify({ info: (await tensorflowMaker.start({ threads: 1 })).info })); }
    catch (error) { console.log(JSON.stringify({ code: error.code, message: error.message })); }`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    env: { ...process.env, ...env },
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    timeout: 240_000,
  });
  return { ...JSON.parse(stdout), stderr };
}

/** Passes over the modules that came with Loupe. */
const compile = { LOUPE_NATIVE_MODULES: 'compile' };

describe('attaching TensorFlow', { skip, timeout: 300_000 }, () => {
  const folder = pythonPeersFolder();
  const cache = path.join(root, 'cache');

  it('compiles the link once, also when two processes start together, and says nothing on stderr', async () => {
    const env = { ...compile, LOUPE_TENSORFLOW: folder, LOUPE_CACHE: cache };
    const results = await Promise.all([start(env), start(env)]);
    for (const { info, stderr } of results) {
      assert.deepEqual(info, {
        name: 'tensorflow',
        label: 'TensorFlow 2.21 (CPU)',
        device: 'CPU, 1 thread',
        version: '2.21.0',
        gpu: false,
        threads: 1,
      });
      assert.equal(stderr, '');
    }
    const kept = fs.readdirSync(path.join(cache, 'tensorflow')).filter((name) => name.startsWith('binding-'));
    assert.equal(kept.length, 1, kept.join());
    // With no program on the path, nothing can be compiled any more.
    assert.ok((await start({ ...env, PATH: root, CXX: '' })).info);
  });

  it('needs no compiler where Loupe brings the link, and tries each installation once in a process of its own', async () => {
    const own = path.join(root, 'no-compiler');
    const env = { LOUPE_TENSORFLOW: folder, LOUPE_CACHE: own, PATH: root, CXX: '' };
    const first = await start(env);
    assert.equal((first.info as { version?: string }).version, '2.21.0');
    assert.deepEqual(fs.readdirSync(path.join(own, 'tensorflow')).sort(), ['proofs.json', 'start.log']);
    const proofs = JSON.parse(fs.readFileSync(path.join(own, 'tensorflow', 'proofs.json'), 'utf8'));
    assert.deepEqual(Object.values(proofs), [true]);
  });

  it('an installation that ends the process is refused, and remembered', async () => {
    const crashing = path.join(root, 'crashing', 'site-packages', 'tensorflow');
    fs.mkdirSync(crashing, { recursive: true });
    const source = path.join(root, 'crash.c');
    fs.writeFileSync(
      source,
      '#include <stdlib.h>\n__attribute__((constructor)) static void start(void) { abort(); }\n',
    );
    for (const name of ['libtensorflow_framework.so.2', 'libtensorflow_cc.so.2']) {
      const built = spawnSync('gcc', ['-shared', '-fPIC', source, '-o', path.join(crashing, name)], {
        encoding: 'utf8',
      });
      assert.equal(built.status, 0, built.stderr);
    }
    const own = path.join(root, 'crash-cache');
    for (const attempt of [1, 2]) {
      const { code, message } = await start({ LOUPE_TENSORFLOW: crashing, LOUPE_CACHE: own });
      assert.equal(code, 'tensorflow-crashed', `${attempt}: ${message}`);
      assert.match(message ?? '', /SIGABRT/);
    }
  });

  it('without a compiler it says so', async () => {
    const env = { ...compile, LOUPE_TENSORFLOW: folder, LOUPE_CACHE: path.join(root, 'other'), PATH: root, CXX: '' };
    const { code, message } = await start(env);
    assert.equal(code, 'tensorflow-no-compiler');
    assert.match(message ?? '', /2\.21\.0 .*C\+\+ compiler/);
  });

  it('a compiler that fails leaves nothing half-made', async () => {
    const failing = path.join(root, 'failing');
    fs.writeFileSync(
      failing,
      '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho "x.cc:1: error: no such thing" >&2\nexit 1\n',
      {
        mode: 0o755,
      },
    );
    const broken = path.join(root, 'broken');
    const { code, message } = await start({ ...compile, LOUPE_TENSORFLOW: folder, LOUPE_CACHE: broken, CXX: failing });
    assert.equal(code, 'tensorflow-build-failed');
    assert.match(message ?? '', /no such thing/);
    assert.deepEqual(fs.readdirSync(path.join(broken, 'tensorflow')), []);
  });

  it('libraries that are no libraries are refused with the reason', async () => {
    const real = fs.globSync('lib/python3*/site-packages/tensorflow', { cwd: folder })[0] as string;
    const fake = path.join(root, 'site-packages', 'tensorflow');
    fs.mkdirSync(path.join(root, 'site-packages', 'tensorflow-2.21.0.dist-info'), { recursive: true });
    fs.mkdirSync(fake);
    fs.symlinkSync(path.join(folder, real, 'include'), path.join(fake, 'include'));
    for (const name of ['libtensorflow_framework.so.2', 'libtensorflow_cc.so.2']) {
      fs.writeFileSync(path.join(fake, name), 'torn');
    }
    const { code, message } = await start({ LOUPE_TENSORFLOW: fake, LOUPE_CACHE: cache, PATH: root });
    assert.equal(code, 'tensorflow-not-loaded');
    assert.match(message ?? '', /libtensorflow_framework\.so\.2/);
  });

  it('no TensorFlow anywhere is a problem with the way out', async () => {
    const { code } = await start({
      LOUPE_TENSORFLOW: '',
      VIRTUAL_ENV: '',
      CONDA_PREFIX: '',
      PATH: root,
      LOUPE_CACHE: cache,
    });
    assert.equal(code, 'tensorflow-not-found');
  });
});
