import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startPlainBackend } from '../src/export/backend.ts';
import type { ExportFile } from '../src/export/files.ts';
import { toKeras } from '../src/export/keras/keras.ts';
import { toOnnx } from '../src/export/onnx/onnx.ts';
import type { ExportSource } from '../src/export/source.ts';
import { toGraphModel } from '../src/export/tensorflow/graph-model.ts';
import { toSavedModel } from '../src/export/tensorflow/saved-model.ts';
import { toLayersModel } from '../src/export/tfjs.ts';
import { buildModel } from '../src/models/build.ts';
import { defaultConfig } from '../src/training/config.ts';
import { pythonPeer } from '../test/python-peers.ts';
import { writeResult } from './result-file.ts';

/**
 * Time and size of each export, beside Keras writing the same network (`model.save`, `model.export`). Time is from the network in
 * memory to the bytes on the disk; medians.
 */
const ROUNDS = 5;
const SIDE = 64;
const CLASSES = 10;

const peers = `
import json, os, sys, tempfile, time
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import keras
folder, rounds = sys.argv[1], int(sys.argv[2])
def median(run, size):
    times = []
    for i in range(rounds):
        start = time.perf_counter(); run(i); times.append((time.perf_counter() - start) * 1000)
    return {'ms': sorted(times)[rounds // 2], 'bytes': size()}
def folder_bytes(target):
    return sum(os.path.getsize(os.path.join(base, file)) for base, _, files in os.walk(target) for file in files)
results = {}
for name in ('small-cnn', 'resnet18'):
    model = keras.models.load_model(f'{folder}/{name}.keras')
    target = f'{folder}/{name}-peer'
    results[name] = {
        'keras': median(lambda i: model.save(f'{target}.keras'), lambda: os.path.getsize(f'{target}.keras')),
        'savedmodel': median(lambda i: model.export(f'{target}-{i}', verbose=False), lambda: folder_bytes(f'{target}-0')),
    }
print(json.dumps(results))
`;

await startPlainBackend();
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-bench-'));
try {
  const ours: Record<string, Record<string, { ms: number; bytes: number }>> = {};
  for (const architecture of ['small-cnn', 'resnet18'] as const) {
    const shape = { width: SIDE, height: SIDE, channels: 3 as const, classes: CLASSES, seed: 1 };
    const source: ExportSource = {
      name: architecture,
      version: '0',
      model: buildModel({ ...defaultConfig.model, architecture }, shape),
      labels: Array.from({ length: CLASSES }, (_, i) => `class ${i}`),
      preprocess: {
        version: 1,
        width: SIDE,
        height: SIDE,
        color: 'rgb',
        resize: 'crop',
        normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
      },
    };
    const formats: Record<string, () => ExportFile[]> = {
      onnx: () => [{ name: `${architecture}.onnx`, data: toOnnx(source, 'inside') }],
      keras: () => [{ name: `${architecture}.keras`, data: toKeras(source, 'inside', 0) }],
      savedmodel: () => toSavedModel(source, 'inside'),
      'tfjs-graph': () => toGraphModel(source, 'inside'),
      tfjs: () => toLayersModel(source),
    };
    ours[architecture] = Object.fromEntries(
      Object.entries(formats).map(([name, write]) => [name, measure(path.join(folder, name), write)]),
    );
    fs.copyFileSync(path.join(folder, 'keras', `${architecture}.keras`), path.join(folder, `${architecture}.keras`));
  }
  const output = execFileSync(pythonPeer(), ['-W', 'ignore', '-c', peers, folder, String(ROUNDS)], {
    encoding: 'utf8',
  });
  const theirs = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '') as typeof ours;
  const ratios = Object.fromEntries(
    Object.entries(theirs).map(([network, formats]) => [
      network,
      Object.fromEntries(
        Object.entries(formats).map(([name, peer]) => {
          const own = ours[network]?.[name];
          return [name, own ? { time: round(own.ms / peer.ms), bytes: round(own.bytes / peer.bytes) } : null];
        }),
      ),
    ]),
  );
  writeResult('export', { rounds: ROUNDS, side: SIDE, loupe: ours, peers: theirs, ratios });
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}

function measure(target: string, write: () => ExportFile[]): { ms: number; bytes: number } {
  const times: number[] = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    const files = write();
    for (const { name, data } of files) {
      fs.mkdirSync(path.dirname(path.join(target, name)), { recursive: true });
      fs.writeFileSync(path.join(target, name), data);
    }
    times.push(performance.now() - started);
    bytes = files.reduce((sum, { data }) => sum + Buffer.byteLength(data), 0);
  }
  return { ms: round(times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] as number), bytes };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}
