import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Adapter, chooseAdapter, isSoftware, parseAdapters } from '../../../src/engines/webgpu/adapters.ts';

const swiftshader: Adapter = { name: 'SwiftShader Device (Subzero)', backend: 'vulkan' };
const card: Adapter = { name: 'NVIDIA GeForce RTX 4070', backend: 'vulkan' };
const cardToo: Adapter = { name: 'NVIDIA GeForce RTX 4070', backend: 'd3d12' };
const chip: Adapter = { name: 'Intel(R) UHD Graphics 770', backend: 'vulkan' };

test("Dawn's list of adapters is read", () => {
  const message = `no suitable backends found
Available adapters:
 * backend: 'vulkan', name: 'SwiftShader Device (Subzero)'
 * backend: 'd3d12', name: 'NVIDIA GeForce RTX 4070'`;
  assert.deepEqual(parseAdapters(message), [swiftshader, cardToo]);
  assert.deepEqual(parseAdapters('no suitable backends found'), []);
});

const choices: [what: string, adapters: Adapter[], wanted: string, chosen: Adapter | undefined][] = [
  ['the only card', [swiftshader, card], '', card],
  ['one card with two interfaces: the first', [cardToo, card], '', cardToo],
  ['two cards: Dawn takes the faster', [chip, card], '', undefined],
  ['part of a name, whatever its case', [card, chip], 'uhd', chip],
  ['software when it is asked for', [card, swiftshader], 'SwiftShader', swiftshader],
];
for (const [what, adapters, wanted, chosen] of choices) {
  test(`adapter: ${what}`, () => assert.deepEqual(chooseAdapter(adapters, wanted), chosen));
}

const refusals: [what: string, adapters: Adapter[], wanted: string, reason: RegExp][] = [
  ['none', [], '', /No GPU with a driver/],
  ['software only', [swiftshader], '', /No real GPU was found: there are: SwiftShader/],
  ['another name', [card], 'radeon', /holds “radeon”; there are: NVIDIA/],
];
for (const [what, adapters, wanted, message] of refusals) {
  test(`refused: ${what}`, () => {
    assert.throws(() => chooseAdapter(adapters, wanted), { code: 'webgpu-unavailable', message });
  });
}

test('software adapters are known by name', () => {
  const names = [
    'SwiftShader Device (LLVM 10.0.0)',
    'llvmpipe (LLVM 15.0.6, 256 bits)',
    'Microsoft Basic Render Driver',
  ];
  assert.ok(names.every((name) => isSoftware({ name })));
  assert.ok(![card, chip, { name: 'Apple M2' }, { name: 'AMD Radeon RX 6700 XT (RADV NAVI22)' }].some(isSoftware));
});
