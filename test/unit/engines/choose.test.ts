import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseEngine } from '../../../src/engines/choose.ts';
import type { Engine, EngineName } from '../../../src/engines/engine.ts';
import { Problem } from '../../../src/problem.ts';
import { defaultConfig } from '../../../src/training/config.ts';

const names: EngineName[] = ['tensorflow', 'webgpu', 'wasm', 'cpu'];

/** Engines that start and do nothing; `closed` collects those that were given up. */
function makers(starting: Partial<Record<EngineName, { gpu: boolean }>>, closed: EngineName[] = []) {
  const entries = names.map((name) => {
    const start = async () => {
      const found = starting[name];
      if (!found) throw new Problem('engine-unavailable', `${name} is not there.`, 'Do without.');
      const info = { name, label: name, device: 'device', version: '1', threads: 1, ...found };
      return { info, dispose: async () => void closed.push(name) } as unknown as Engine;
    };
    return [name, async () => ({ name, start })];
  });
  return Object.fromEntries(entries) as Parameters<typeof chooseEngine>[1];
}

const [cpu, gpu] = [{ gpu: false }, { gpu: true }];
const cases: [what: string, Parameters<typeof makers>[0], EngineName, reason: RegExp, closed: EngineName[]][] = [
  ['TensorFlow on a GPU', { tensorflow: gpu, webgpu: gpu, wasm: cpu }, 'tensorflow', /runs on your GPU: device/, []],
  [
    'WebGPU before TensorFlow on the CPU',
    { tensorflow: cpu, webgpu: gpu, wasm: cpu },
    'webgpu',
    /your GPU: device/,
    ['tensorflow'],
  ],
  ['WebGPU without TensorFlow', { webgpu: gpu, wasm: cpu }, 'webgpu', /nothing to install; TensorFlow/, []],
  ['TensorFlow on the CPU', { tensorflow: cpu, wasm: cpu }, 'tensorflow', /no GPU can be used/, []],
  ['WebAssembly', { wasm: cpu, cpu }, 'wasm', /fastest engine without TensorFlow/, []],
  ['JavaScript', { cpu }, 'cpu', /very slow/, []],
];
for (const [what, starting, expected, reason, closed] of cases) {
  test(`auto takes ${what}`, async () => {
    const given: EngineName[] = [];
    const choice = await chooseEngine(defaultConfig.engine, makers(starting, given));
    assert.equal(choice.engine.info.name, expected);
    assert.match(choice.reason, reason);
    assert.deepEqual(given, closed);
    assert.ok(choice.refused.every((one) => one.reason === `${one.name} is not there. Do without.`));
  });
}

test('a pinned engine is not replaced, and without any engine every reason is told', async () => {
  const pinned = chooseEngine({ ...defaultConfig.engine, name: 'webgpu' }, makers({ wasm: cpu }));
  await assert.rejects(pinned, { message: 'webgpu is not there.' });
  await assert.rejects(chooseEngine(defaultConfig.engine, makers({})), {
    code: 'no-engine',
    message: /tensorflow: .*webgpu: .*wasm: .*cpu: /,
  });
});
