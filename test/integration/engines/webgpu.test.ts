import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { swiftShader, swiftShaderEnvironment } from '../../swiftshader.ts';

const program = fileURLToPath(new URL('./webgpu-process.ts', import.meta.url));
const environment = swiftShaderEnvironment();

/** Where proofs are kept: by itself, so that every test begins without any. */
const cache = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-webgpu-'));
after(() => fs.rmSync(cache, { recursive: true, force: true }));

function run(what: string, adapter: string, given: NodeJS.ProcessEnv) {
  const env = { LOUPE_CACHE: cache, ...given };
  const child = spawnSync(process.execPath, [program, what, adapter], { env, encoding: 'utf8', timeout: 120_000 });
  assert.equal(child.status, 0, child.stderr);
  return JSON.parse(child.stdout);
}

test('without a GPU the engine is refused, and the reason tells what is missing', () => {
  const env = {
    ...process.env,
    LD_LIBRARY_PATH: '',
    VK_ICD_FILENAMES: '/nowhere.json',
    VK_DRIVER_FILES: '/nowhere.json',
  };
  const { code, message } = run('start', 'no such card', env);
  assert.equal(code, 'webgpu-unavailable');
  assert.match(message, /There is no Vulkan here|No GPU's name holds “no such card”/);
});

describe('webgpu on a GPU in software', {
  skip: environment ? false : 'no Chromium with SwiftShader is installed',
  timeout: 300_000,
}, () => {
  const env = environment as NodeJS.ProcessEnv;

  test('it is used only when it is asked for by name', () => {
    assert.match(run('start', '', env).message, /No real GPU was found: there are: SwiftShader/);
    const { result } = run('start', swiftShader, env);
    assert.deepEqual([result.name, result.gpu], ['webgpu', false]);
    assert.match(result.device, /^SwiftShader/);
    // It proved itself in a process of its own, once for all starts.
    const proofs = fs.readFileSync(path.join(cache, 'webgpu', 'proofs.json'), 'utf8');
    assert.deepEqual(Object.values(JSON.parse(proofs)), [true]);
  });

  test('a buffer that is too large is an error, never zeros, and the trainer goes on', () => {
    const { result } = run('oversized', swiftShader, env);
    assert.equal(result.code, 'out-of-memory', JSON.stringify(result));
    assert.match(result.advice, /batch size/);
    assert.ok(result.finite);
  });

  test('a driver that ends its process is refused before it is loaded here, and remembered', () => {
    const folder = path.join(cache, 'driver');
    fs.mkdirSync(folder);
    const source = path.join(folder, 'crash.c');
    fs.writeFileSync(
      source,
      '#include <stdlib.h>\n__attribute__((constructor)) static void start(void) { abort(); }\n',
    );
    const library = path.join(folder, 'libcrash.so');
    const built = spawnSync('gcc', ['-shared', '-fPIC', source, '-o', library], { encoding: 'utf8' });
    assert.equal(built.status, 0, built.stderr);
    const icd = path.join(folder, 'icd.json');
    const description = { library_path: library, api_version: '1.0.5' };
    fs.writeFileSync(icd, JSON.stringify({ file_format_version: '1.0.0', ICD: description }));
    const own = { ...env, VK_ICD_FILENAMES: icd, VK_DRIVER_FILES: icd, LOUPE_CACHE: path.join(cache, 'crashed') };
    for (const attempt of [1, 2]) {
      const { code, message, advice } = run('start', 'any card', own);
      assert.equal(code, 'webgpu-crashed', `${attempt}: ${message}`);
      assert.match(message, /SIGABRT/);
      assert.match(advice, /loupe engines/);
    }
  });

  test('a lost device is an error that says what to do', () => {
    const { result } = run('lost', swiftShader, env);
    assert.equal(result.code, 'device-lost', JSON.stringify(result));
    assert.match(result.message, /SwiftShader.* was lost/);
    assert.match(result.advice, /Resume the run/);
  });
});
