import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { kernelFolder } from '../../../src/entries.ts';

const names = fs.readdirSync(kernelFolder()).filter((name) => name.endsWith('.wasm'));
const compiler =
  spawnSync('clang-19', ['--version']).status === 0 && spawnSync('wasm-ld-19', ['--version']).status === 0;

test('the committed kernels are what their sources give', {
  skip: compiler ? false : 'clang-19 or lld-19 is not installed',
  timeout: 120_000,
}, () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-kernels-'));
  try {
    const built = spawnSync('sh', [path.join(kernelFolder(), 'build.sh'), folder], { encoding: 'utf8' });
    assert.equal(built.status, 0, built.stderr);
    assert.deepEqual(fs.readdirSync(folder).sort(), names.sort());
    for (const name of names) {
      const [committed, fresh] = [kernelFolder(), folder].map((one) => fs.readFileSync(path.join(one, name)));
      assert.ok(committed?.equals(fresh as Buffer), `${name} was built from other sources`);
    }
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('the kernels bring no data of their own, which would overwrite the heap of TensorFlow.js', () => {
  assert.equal(names.length, 4);
  for (const name of names) {
    const sections = sectionsOf(fs.readFileSync(path.join(kernelFolder(), name)));
    assert.ok(sections.includes(10), `${name} has no code`);
    assert.ok(!sections.includes(11), `${name} has a data section`);
  }
});

function sectionsOf(binary: Uint8Array): number[] {
  const sections: number[] = [];
  for (let offset = 8; offset < binary.length; ) {
    sections.push(binary[offset++] as number);
    let size = 0;
    for (let shift = 0, more = true; more; shift += 7) {
      const byte = binary[offset++] as number;
      size |= (byte & 127) << shift;
      more = byte > 127;
    }
    offset += size;
  }
  return sections;
}
