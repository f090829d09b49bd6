import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readEngines, readSetUp, readTensorFlowList, readWork } from '../../../src/host/engine-setup/answers.ts';

const info = { name: 'wasm', label: 'WebAssembly', device: 'CPU' };

test('what setup lists', () => {
  const found = { folder: '/tf', version: '2.21.0', flavor: 'cuda', origin: 'conda', libraries: ['a'] };
  assert.deepEqual(readTensorFlowList({ cards: ['L4'], found: [found], refused: [{ place: 'p', reason: 'r' }] }), {
    cards: ['L4'],
    found: [{ folder: '/tf', version: '2.21.0', flavor: 'cuda', origin: 'conda' }],
    refused: [{ place: 'p', reason: 'r' }],
  });
});

test('what setting up came to', () => {
  assert.deepEqual(readSetUp({ probe: { info }, noGpu: null }), { label: 'WebAssembly', device: 'CPU', noGpu: null });
  const noGpu = { reason: 'Why.', advice: 'Do.' };
  assert.deepEqual(readSetUp({ probe: { info }, noGpu })?.noGpu, noGpu);
});

test('which engines work', () => {
  const works = { name: 'auto', works: true, info, reason: 'The fastest.' };
  const fails = { name: 'webgpu', works: false, reason: 'No adapter.' };
  assert.deepEqual(readEngines({ engines: [fails], auto: works }), {
    engines: [{ name: 'webgpu', works: false, label: '', device: '', reason: 'No adapter.' }],
    auto: { name: 'wasm', works: true, label: 'WebAssembly', device: 'CPU', reason: 'The fastest.' },
  });
});

test('answers of another kind are none', () => {
  for (const answer of [null, 7, [], {}, { found: 1, refused: [] }, { engines: [] }, { probe: {} }]) {
    assert.equal(readTensorFlowList(answer), null);
    assert.equal(readSetUp(answer), null);
    assert.equal(readEngines(answer), null);
  }
});

test('what is being done', () => {
  assert.equal(readWork('{"what":"Setting up","done":1,"total":null,"text":"Linking"}'), 'Linking');
  assert.equal(readWork('{"what":"Trying wasm","done":1,"total":5}'), 'Trying wasm');
  for (const line of ['', 'text', '[]', '{}']) assert.equal(readWork(line), null);
});
