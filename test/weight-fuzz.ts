import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { input, type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import type { Engine } from '../src/engines/engine.ts';
import type { ExportFile } from '../src/export/files.ts';
import { toKeras } from '../src/export/keras/keras.ts';
import { toOnnx } from '../src/export/onnx/onnx.ts';
import { toGraphModel } from '../src/export/tensorflow/graph-model.ts';
import { toSavedModel } from '../src/export/tensorflow/saved-model.ts';
import { toLayersModel } from '../src/export/tfjs.ts';
import { buildModel } from '../src/models/build.ts';
import { openFrozen } from '../src/models/frozen/open.ts';
import { inspectWeights } from '../src/models/pretrained/inspect.ts';
import { writeTensorFile } from '../src/models/safetensors.ts';
import { openWeightFile, weightFileProblem } from '../src/models/weights/open.ts';
import { Problem } from '../src/problem.ts';
import { defaultConfig } from '../src/training/config.ts';
import { pythonPeer } from './python-peers.ts';

/** A sound file of weights, to be spoilt. */
export interface WeightSample {
  format: string;
  /** What is opened: a file, or a folder. */
  target: string;
  /** Files whose bytes are changed, relative to `folder`. */
  files: string[];
  folder: string;
}

const SIDE = 12;

/** Writes one small sample of each format. Those of Python's frameworks need `pythonPeer`. Needs a TensorFlow.js backend. */
export function writeSamples(root: string): WeightSample[] {
  const network = smallNetwork();
  const normalization = { mean: [0, 0, 0], std: [1, 1, 1] };
  const preprocess = {
    version: 1 as const,
    width: SIDE,
    height: SIDE,
    color: 'rgb' as const,
    resize: 'crop' as const,
    normalization,
  };
  const source = { name: 'small', version: '1', model: network, preprocess, labels: ['a', 'b', 'c'] };
  const samples: WeightSample[] = [];
  const add = (format: string, target: string, files: string[]) =>
    samples.push({ format, target, files, folder: path.join(root, format) });
  const write = (format: string, files: ExportFile[], target: string, changed: string[]) => {
    for (const { name, data } of files) {
      const file = path.join(root, format, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, data);
    }
    add(format, target, changed);
  };
  const nameOf = (files: ExportFile[], pattern: RegExp) =>
    files.map(({ name }) => name).filter((name) => pattern.test(name));
  const onnx = { name: 'a.onnx', data: toOnnx(source, 'outside') };
  write('onnx', [onnx], 'a.onnx', ['a.onnx']);
  const besides = { name: 'preprocessor_config.json', data: Buffer.from(JSON.stringify(preprocessor)) };
  write('onnx-preprocessor', [onnx, besides], 'a.onnx', [besides.name]);
  const layersModel = toLayersModel(source);
  write('tfjs-layers', layersModel, 'model.json', nameOf(layersModel, /^model\.json$|\.bin$/));
  const graph = toGraphModel(source, 'outside');
  write('tfjs-graph', graph, 'model.json', nameOf(graph, /^model\.json$|\.bin$/));
  const saved = toSavedModel(source, 'outside');
  const graphFile = nameOf(saved, /saved_model\.pb$/)[0] ?? '';
  write('saved-model', saved, path.dirname(graphFile), [graphFile]);
  write('keras', [{ name: 'a.keras', data: toKeras(source, 'outside', 0) }], 'a.keras', ['a.keras']);
  fs.mkdirSync(path.join(root, 'safetensors'));
  const tensors = network.weights.map((weight) => ({
    name: weight.name,
    shape: weight.shape as number[],
    data: Float32Array.from(weight.read().dataSync<'float32'>()),
  }));
  writeTensorFile(path.join(root, 'safetensors', 'a.safetensors'), { tensors, metadata: { by: 'test' } });
  add('safetensors', 'a.safetensors', ['a.safetensors']);
  network.dispose();
  write('teachable-machine', teachable(), 'model.json', ['model.json', 'metadata.json', 'weights.bin']);
  if (!fs.existsSync(pythonPeer())) return samples;
  const folder = path.join(root, 'python');
  fs.mkdirSync(folder);
  const script = fileURLToPath(new URL('./python/fuzz_files.py', import.meta.url));
  execFileSync(pythonPeer(), [script, folder], { stdio: 'ignore' });
  const written = {
    pytorch: 'new.pth',
    'pytorch-legacy': 'old.pth',
    'keras-weights': 'new.weights.h5',
    'keras-3': 'model.keras',
    'keras-h5': 'model.h5',
    'hdf5-latest': 'latest.h5',
  };
  for (const [format, name] of Object.entries(written)) samples.push({ format, target: name, files: [name], folder });
  return samples;
}

/** Changes bytes as accidents and attackers do: bits, lengths, runs, ends; often where the structure is. */
export function mutate(bytes: Buffer, random: () => number): Buffer {
  const whole = (limit: number) => Math.floor(random() * limit);
  // Structures stand at the start and at the end more often than in between.
  const place = () => {
    const near = Math.min(bytes.length, 512);
    const where = random();
    return where < 0.3 ? whole(near) : where < 0.5 ? bytes.length - 1 - whole(near) : whole(bytes.length);
  };
  const result = Buffer.from(bytes);
  const kind = whole(7);
  for (let i = 0; i <= whole(4); i++) {
    const at = Math.max(0, place());
    if (kind === 0) result[at] = (result[at] ?? 0) ^ (1 << whole(8));
    else if (kind === 1) result[at] = whole(256);
    else if (kind === 2)
      result.fill([0, 0xff, 0x7f][whole(3)] as number, at, Math.min(bytes.length, at + 1 + whole(8)));
    else if (kind === 3)
      return Buffer.concat([result.subarray(0, at), result.subarray(Math.min(result.length, at + 1 + whole(64)))]);
    else if (kind === 4) return result.subarray(0, at);
    else if (kind === 5)
      return Buffer.concat([
        result.subarray(0, at),
        result.subarray(Math.max(0, at - whole(200)), at),
        result.subarray(at),
      ]);
    else result.copy(result, at, Math.max(0, place()), Math.max(0, place()));
  }
  return result;
}

/**
 * Looks into a file as `loupe import` does, reads every tensor, and starts what `loupe embed` would run.
 * @returns whether it was refused in words
 * @throws what no user should see
 */
export async function tryWeights(file: string, engine: Engine): Promise<'read' | 'refused'> {
  try {
    const { frozen } = await inspectWeights(file);
    if (frozen?.format === 'tfjs-layers' && frozen.reasonAgainstTraining === null) tryToTrain(file);
    if (frozen) await tryFrozen(file, engine);
    else readAll(file);
    return 'read';
  } catch (error) {
    if (error instanceof Problem) return 'refused';
    throw error;
  }
}

function readAll(file: string): void {
  const weights = openWeightFile(file);
  try {
    for (const { read } of weights.tensors.values()) read();
  } catch (error) {
    throw weightFileProblem(file, error);
  } finally {
    weights.close();
  }
}

/** Makes the network that a run would train. */
function tryToTrain(file: string): void {
  const source = file.endsWith('.json') ? file : path.join(file, 'model.json');
  const shape = { width: SIDE, height: SIDE, channels: 3, classes: 2, seed: 0, source };
  buildModel({ ...defaultConfig.model, architecture: 'layers-model' }, shape).dispose();
}

async function tryFrozen(file: string, engine: Engine): Promise<void> {
  const network = await openFrozen(file);
  // TensorFlow itself would load a SavedModel; it is looked at only.
  if (!network || network.format === 'saved-model') return;
  const { input, features } = network;
  const [width, height] = [input.width ?? SIDE, input.height ?? SIDE];
  const normalization = { mean: new Array(input.channels).fill(0), std: new Array(input.channels).fill(1) };
  if (width * height > 512 * 512) return;
  const extractor = await network.createExtractor(engine, { width, height, normalization, output: features });
  extractor.dispose();
}

const preprocessor = {
  do_center_crop: true,
  crop_size: { height: SIDE, width: SIDE },
  rescale_factor: 1 / 255,
  image_mean: [0.485, 0.456, 0.406],
  image_std: [0.229, 0.224, 0.225],
};

/** Networks within a network, and its classes beside it. */
function teachable(): ExportFile[] {
  const body = smallNetwork();
  const truncated = model({
    inputs: body.inputs,
    outputs: body.getLayer('features').output as SymbolicTensor,
    name: 'truncated',
  });
  const top = sequential({
    layers: [
      layers.dense({ inputShape: [4], units: 5, activation: 'relu', name: 'hidden' }),
      layers.dense({ units: 3, activation: 'softmax', useBias: false, name: 'last' }),
    ],
  });
  const joint = sequential();
  joint.add(truncated);
  joint.add(top);
  const weights = joint.weights.map(({ originalName, shape }) => ({ name: originalName, shape, dtype: 'float32' }));
  const values = joint.weights.map((weight) => Buffer.from(weight.read().dataSync<'float32'>().slice().buffer));
  const json = {
    format: 'layers-model',
    modelTopology: joint.toJSON(null, false),
    weightsManifest: [{ paths: ['./weights.bin'], weights }],
  };
  const metadata = { packageName: '@teachablemachine/image', labels: ['a', 'b', 'c'], imageSize: SIDE };
  body.dispose();
  top.dispose();
  return [
    { name: 'model.json', data: Buffer.from(JSON.stringify(json)) },
    { name: 'metadata.json', data: Buffer.from(JSON.stringify(metadata)) },
    { name: 'weights.bin', data: Buffer.concat(values) },
  ];
}

function smallNetwork(): LayersModel {
  const image = input({ shape: [SIDE, SIDE, 3], name: 'image' });
  let x = layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, name: 'conv' }).apply(image);
  x = layers.batchNormalization({ name: 'norm' }).apply(x);
  x = layers.activation({ activation: 'relu', name: 'relu' }).apply(x);
  x = layers.globalAveragePooling2d({ name: 'features' }).apply(x);
  x = layers.dense({ units: 3, name: 'logits' }).apply(x);
  x = layers.activation({ activation: 'softmax', name: 'probabilities' }).apply(x);
  return model({ inputs: image, outputs: x as SymbolicTensor, name: 'small' });
}
