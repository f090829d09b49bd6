import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { dataType } from '../../../src/engines/tensorflow/graph/types.ts';
import { cpuType, gpuType, processorFlags } from '../../../src/engines/tensorflow/half-precision.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-cpuinfo-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('what mixed precision is on a machine', () => {
  const processors: [name: string, text: string, type: number | RegExp][] = [
    ['AMD Zen 5', 'processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16 avx512vbmi\n', dataType.bfloat16],
    ['Intel with AMX', 'flags\t\t: fpu amx_bf16 amx_tile\n', dataType.bfloat16],
    ['an ARM server', 'Features\t: fp asimd i8mm bf16 dgh\n', dataType.bfloat16],
    ['a desktop', 'flags\t\t: fpu avx avx2 f16c\n', /no bfloat16/],
    ['a file without flags', 'processor\t: 0\n', /can’t be told/],
  ];
  for (const [name, text, type] of processors) {
    it(name, () => {
      const file = path.join(folder, 'cpuinfo');
      fs.writeFileSync(file, text);
      const found = cpuType(processorFlags(file));
      if (typeof type === 'number') assert.equal(found, type);
      else assert.match(String(found), type);
    });
  }

  it('a system without /proc', () => {
    assert.equal(processorFlags(path.join(folder, 'none')), null);
    assert.match(String(cpuType(null)), /can’t be told/);
  });

  it('graphics cards by compute capability', () => {
    assert.equal(gpuType(9), dataType.bfloat16);
    assert.equal(gpuType(8.6), dataType.bfloat16);
    assert.equal(gpuType(7.5), dataType.half);
    assert.match(String(gpuType(6.1)), /6\.1/);
    assert.match(String(gpuType(null)), /nvidia-smi/);
  });
});
