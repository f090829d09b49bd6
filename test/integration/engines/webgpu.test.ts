import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { swiftShader, swiftShaderEnvironment } from '../../swiftshader.ts';

const program = fileURLToPath(new URL('./webgpu-process.ts', import.meta.url));
const environment = swiftShaderEnvironment();

function run(what: string, adapter: string, env: NodeJS.ProcessEnv) {
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
  });

  test('a buffer that is too large is an error, never zeros, and the trainer goes on', () => {
    const { result } = run('oversized', swiftShader, env);
    assert.equal(result.code, 'out-of-memory', JSON.stringify(result));
    assert.match(result.advice, /batch size/);
    assert.ok(result.finite);
  });

  test('a lost device is an error that says what to do', () => {
    const { result } = run('lost', swiftShader, env);
    assert.equal(result.code, 'device-lost', JSON.stringify(result));
    assert.match(result.message, /SwiftShader.* was lost/);
    assert.match(result.advice, /Resume the run/);
  });
});
