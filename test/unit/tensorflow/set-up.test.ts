import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { packageFor } from '../../../src/engines/tensorflow/install.ts';
import { nativeSources } from '../../../src/engines/tensorflow/native-sources.ts';
import { explainNoGpu, type GpuCircumstances } from '../../../src/engines/tensorflow/no-gpu.ts';
import { nvidiaCards } from '../../../src/engines/tensorflow/nvidia.ts';
import { pipProblem } from '../../../src/engines/tensorflow/pip-problem.ts';
import { prebuiltPair } from '../../../src/engines/tensorflow/prebuilt.ts';
import { undoSetUp } from '../../../src/engines/tensorflow/undo.ts';
import { tensorflowNativeFolder } from '../../../src/entries.ts';

describe('the prebuilt link', () => {
  const folder = path.join(tensorflowNativeFolder(), 'prebuilt');

  it('was built from the sources as they are', () => {
    const { binding, loader } = nativeSources();
    const files = (ending: string) =>
      fs
        .readdirSync(binding)
        .filter((name) => name.endsWith(ending))
        .sort()
        .map((name) => path.join(binding, name));
    const hash = createHash('sha256');
    const compatible = path.join(tensorflowNativeFolder(), 'compatible.cc');
    for (const file of [loader, compatible, ...files('.cc'), ...files('.h')]) hash.update(fs.readFileSync(file));
    const recorded = fs.readFileSync(path.join(folder, 'sources.sha256'), 'utf8').trim();
    assert.equal(hash.digest('hex'), recorded, 'run native/build.sh');
  });

  for (const [machine, elfMachine] of [
    ['linux-x64', 62],
    ['linux-arm64', 183],
  ] as const) {
    it(`for ${machine} asks for no library newer than TensorFlow itself does`, () => {
      const pair = prebuiltPair(undefined, machine);
      assert.ok(pair);
      for (const file of [pair.loader, pair.binding]) {
        const bytes = fs.readFileSync(file);
        assert.equal(bytes.readUInt16LE(18), elfMachine);
        const versions = [...bytes.toString('latin1').matchAll(/(GLIBC|GLIBCXX)_(\d+)\.(\d+)(?:\.(\d+))?\0/g)];
        assert.ok(versions.length > 0);
        for (const [name, library, , minor, patch] of versions) {
          if (library === 'GLIBC') assert.ok(Number(minor) <= 17, name);
          else assert.ok(Number(patch ?? 0) <= 22, name);
        }
      }
    });
  }

  it('there is none for macOS and Windows', () => {
    for (const machine of ['darwin-arm64', 'win32-x64']) assert.equal(prebuiltPair(undefined, machine), null);
  });
});

describe('why there is no GPU', () => {
  const there: GpuCircumstances = { cards: ['NVIDIA L4'], flavor: 'cuda', cudaLibraries: true, log: '' };
  const table: [string, Partial<GpuCircumstances>, RegExp | null, RegExp?][] = [
    ['no card', { cards: [] }, null],
    ['made for processors', { flavor: 'cpu' }, /processors only; NVIDIA L4/, /--install cuda/],
    [
      'an old driver',
      { log: 'CUDA driver version is insufficient for CUDA runtime version' },
      /driver of NVIDIA L4 is older/,
      /Update/,
    ],
    [
      'another cuDNN',
      { log: 'Loaded runtime CuDNN library: 8.9.6. but source was compiled with: 9.3.0.  CuDNN' },
      /found cuDNN 8\.9\.6, and was made with 9\.3\.0/,
    ],
    ['no libraries', { cudaLibraries: false }, /were not found/, /and-cuda/],
    [
      'a library that is missing',
      { log: "Could not load dynamic library 'libcudnn.so.9'; dlerror" },
      /\(libcudnn\.so\.9\)/,
    ],
    ['some that are missing', { log: 'Cannot dlopen some GPU libraries. Please' }, /were not found/],
    [
      'a refusal',
      { log: 'failed call to cuInit: CUDA_ERROR_NO_DEVICE: none' },
      /refused: CUDA_ERROR_NO_DEVICE/,
      /nvidia-smi/,
    ],
    ['no word', {}, /did not say why/, /start\.log/],
  ];
  for (const [name, change, reason, advice] of table) {
    it(name, () => {
      const found = explainNoGpu({ ...there, ...change });
      if (!reason) assert.equal(found, null);
      else {
        assert.match(found?.reason ?? '', reason);
        if (advice) assert.match(found?.advice ?? '', advice);
      }
    });
  }
});

describe('what went wrong with pip', () => {
  const table: [string, string, string][] = [
    ['no Python', 'spawn /x/python ENOENT', 'no-python'],
    ['no venv', 'The virtual environment was not created because ensurepip is not available.', 'no-venv'],
    [
      'a full disk',
      'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
      'disk-full',
    ],
    [
      'no network',
      "WARNING: Retrying … NewConnectionError('…: Name or service not known')\nERROR: No matching distribution found for tensorflow",
      'no-network',
    ],
    [
      'an empty index',
      'ERROR: Could not find a version that satisfies the requirement tensorflow (from versions: none)',
      'no-tensorflow-found',
    ],
    [
      'another Python',
      'ERROR: Could not find a version that satisfies the requirement tensorflow-cpu (from versions: 2.2.0)',
      'no-tensorflow-for-python',
    ],
    ['anything else', 'ERROR: something odd', 'pip-failed'],
  ];
  for (const [name, output, code] of table) {
    it(name, () => assert.equal(pipProblem(output, 'tensorflow-cpu', 'python3').code, code));
  }
});

it('asks pip for the package that fits', () => {
  assert.equal(packageFor('cuda', 'linux', 'x64'), 'tensorflow[and-cuda]');
  assert.equal(packageFor('cpu', 'linux', 'x64'), 'tensorflow-cpu');
  assert.equal(packageFor('cpu', 'linux', 'arm64'), 'tensorflow');
  assert.equal(packageFor('cpu', 'darwin', 'arm64'), 'tensorflow');
});

it('reads the names of cards from the driver', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-cards-'));
  try {
    for (const [card, text] of [
      ['0000:01:00.0', 'Model: \t\t NVIDIA L4\nIRQ: 5\n'],
      ['0000:02:00.0', 'IRQ: 6\n'],
    ] as const) {
      fs.mkdirSync(path.join(folder, card));
      fs.writeFileSync(path.join(folder, card, 'information'), text);
    }
    assert.deepEqual(nvidiaCards(folder), ['NVIDIA L4', 'NVIDIA GPU']);
    assert.deepEqual(nvidiaCards(path.join(folder, 'none')), []);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

it('undoing removes what was set up and nothing beside it', () => {
  const cache = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-undo-'));
  try {
    const env = { LOUPE_CACHE: cache };
    fs.mkdirSync(path.join(cache, 'tensorflow', 'env-cpu'), { recursive: true });
    fs.writeFileSync(path.join(cache, 'tensorflow', 'env-cpu', 'library'), 'x'.repeat(100));
    fs.writeFileSync(path.join(cache, 'tensorflow', 'chosen.json'), '{}');
    fs.writeFileSync(path.join(cache, 'decoded'), '');
    assert.deepEqual(undoSetUp(env), {
      folder: path.join(cache, 'tensorflow'),
      removed: ['chosen.json', 'env-cpu'],
      bytes: 102,
    });
    assert.deepEqual(fs.readdirSync(cache), ['decoded']);
    assert.deepEqual(undoSetUp(env).removed, []);
  } finally {
    fs.rmSync(cache, { recursive: true });
  }
});
