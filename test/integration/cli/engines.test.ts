import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { tensorflowNativeFolder } from '../../../src/entries.ts';
import { pythonPeersFolder } from '../../python-peers.ts';
import { skip } from '../tensorflow/support.ts';
import { runCli } from './run-cli.ts';

const cwd = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-engines-')));
after(() => fs.rmSync(cwd, { recursive: true, force: true }));
/** No TensorFlow but what a test names. */
const bare = { LOUPE_TENSORFLOW: '', VIRTUAL_ENV: '', CONDA_PREFIX: '', HOME: cwd, PATH: cwd };

describe('loupe engines', () => {
  it('tells what works, what does not and why, and which one a run takes', async () => {
    const { code, stdout } = await runCli(['engines', '--json'], { cwd, env: bare });
    assert.equal(code, 0);
    const { engines, auto } = JSON.parse(stdout);
    const byName = Object.fromEntries(engines.map((one: { name: string }) => [one.name, one]));
    assert.deepEqual([byName.wasm.works, byName.cpu.works, byName.tensorflow.works], [true, true, false]);
    assert.match(byName.tensorflow.reason, /TensorFlow is not installed\. .*loupe setup/);
    assert.ok(byName.wasm.stepMs > 0 && byName.wasm.startMs > 0);
    assert.equal(auto.info.name, byName.webgpu.works ? 'webgpu' : 'wasm');
  });

  it('an engine that is none is bad usage', async () => {
    assert.equal((await runCli(['engines', '--probe', 'jax'], { cwd })).code, 2);
  });
});

describe('loupe setup', { skip, timeout: 240_000 }, () => {
  const peers = pythonPeersFolder();

  it('attaches an installed TensorFlow without a compiler, tries it, remembers it, and takes it all back', async () => {
    const set = await runCli(['setup', '--use', peers, '--json'], { cwd, env: bare });
    assert.equal(set.code, 0, set.stderr);
    const { steps, linked, probe, noGpu } = JSON.parse(set.stdout);
    assert.deepEqual([linked, probe.info.name, noGpu], ['prebuilt', 'tensorflow', null]);
    assert.deepEqual(
      steps.map(({ name }: { name: string }) => name),
      ['find', 'link', 'verify', 'remember'],
    );
    const listed = JSON.parse((await runCli(['setup', '--list', '--json'], { cwd, env: bare })).stdout);
    assert.deepEqual([listed.found.length, listed.found[0].origin], [1, 'chosen']);
    const auto = await runCli(['engines', '--probe', 'auto', '--json'], { cwd, env: bare });
    assert.equal(JSON.parse(auto.stdout).info.name, 'tensorflow');
    const undone = JSON.parse((await runCli(['setup', '--undo', '--json'], { cwd, env: bare })).stdout);
    assert.ok(undone.removed.includes('chosen.json'));
    assert.ok(fs.existsSync(path.join(peers, 'bin', 'python')));
    const after = await runCli(['engines', '--probe', 'tensorflow', '--json'], { cwd, env: bare });
    assert.deepEqual([after.code, JSON.parse(after.stdout).code], [1, 'tensorflow-not-found']);
  });

  it('passes over one that does not work and takes the next', async () => {
    const broken = path.join(cwd, 'project', '.venv', 'lib', 'python3.11', 'site-packages', 'tensorflow');
    fs.mkdirSync(broken, { recursive: true });
    for (const name of ['libtensorflow_framework.so.2', 'libtensorflow_cc.so.2']) {
      fs.writeFileSync(path.join(broken, name), 'torn');
    }
    fs.symlinkSync(peers, path.join(cwd, 'project', 'venv'));
    const { code, stdout } = await runCli(['setup', '--json'], { cwd: path.join(cwd, 'project'), env: bare });
    assert.equal(code, 0, stdout);
    const { install, refused } = JSON.parse(stdout);
    assert.match(install.folder, new RegExp(path.basename(peers)));
    assert.match(refused.find(({ place }: { place: string }) => place === broken).reason, /could not be loaded/);
  });

  it('says what a folder lacks, and what does not go together', async () => {
    const empty = await runCli(['setup', '--use', cwd, '--json'], { cwd, env: bare });
    assert.deepEqual([empty.code, JSON.parse(empty.stdout).error.code], [1, 'tensorflow-unusable']);
    const nothing = await runCli(['setup'], { cwd, env: { ...bare, LOUPE_CACHE: path.join(cwd, 'empty') } });
    assert.equal(nothing.code, 1);
    assert.match(nothing.stderr, /--install cpu/);
    for (const args of [
      ['--undo', '--list'],
      ['--install', 'rocm'],
    ]) {
      assert.equal((await runCli(['setup', ...args], { cwd })).code, 2);
    }
  });

  it('a Python that can’t install is a problem with the way out', async () => {
    const fake = path.join(cwd, 'python');
    fs.writeFileSync(fake, '#!/bin/sh\necho "ensurepip is not available" >&2\nexit 1\n', { mode: 0o755 });
    const env = { ...bare, LOUPE_CACHE: path.join(cwd, 'pip-cache'), PATH: '/usr/bin:/bin' };
    const { code, stdout } = await runCli(['setup', '--install', 'cpu', '--python', fake, '--json'], { cwd, env });
    assert.deepEqual([code, JSON.parse(stdout).error.code], [1, 'no-venv']);
    assert.deepEqual(fs.readdirSync(path.join(cwd, 'pip-cache', 'tensorflow')), []);
  });
});

const compiler = spawnSync('x86_64-linux-gnu-g++', ['--version'], { encoding: 'utf8' });
const sameCompiler = /Debian 12\.2\.0/.test(compiler.stdout ?? '');

it('the committed link is what its sources give', {
  skip: skip || (sameCompiler ? false : 'the compiler is not Debian 12’s, which gives other bytes'),
}, () => {
  const [headers] = fs.globSync('lib/python3*/site-packages/tensorflow/include', { cwd: pythonPeersFolder() });
  const out = path.join(cwd, 'prebuilt');
  const script = path.join(tensorflowNativeFolder(), 'build.sh');
  const built = spawnSync('bash', [script, path.join(pythonPeersFolder(), headers as string), out, 'linux-x64'], {
    encoding: 'utf8',
  });
  assert.equal(built.status, 0, built.stderr);
  for (const name of ['loader.node', 'tfjs_binding.node']) {
    const committed = fs.readFileSync(path.join(tensorflowNativeFolder(), 'prebuilt', 'linux-x64', name));
    assert.ok(committed.equals(fs.readFileSync(path.join(out, 'linux-x64', name))), name);
  }
});
