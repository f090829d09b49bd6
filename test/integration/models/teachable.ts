import fs from 'node:fs';
import path from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, layers, model as makeModel, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers';
import { buildModel } from '../../../src/models/build.ts';
import { kerasName } from '../../../src/models/pretrained/keras-names.ts';
import { seededRandom } from '../../../src/random.ts';
import { type Architecture, defaultConfig } from '../../../src/training/config.ts';

export interface Teachable {
  architecture: Extract<Architecture, 'mobilenet-v1' | 'mobilenet-v2'>;
  width: number;
  side: number;
  labels: string[];
  /** Named as Keras' applications name them, as Teachable Machine's own are. */
  kerasNames: boolean;
}

/**
 * A model as Teachable Machine makes and saves it: a sequence of a truncated MobileNet with its averages, and of two dense layers, trained by
 * nobody. Needs a TensorFlow.js backend.
 */
export async function writeTeachable(folder: string, options: Teachable): Promise<LayersModel> {
  const { architecture, width, side, labels, kerasNames } = options;
  const network = mobileNet(options);
  const truncated = sequential();
  truncated.add(network);
  truncated.add(layers.globalAveragePooling2d({}));
  const top = sequential({
    layers: [
      layers.dense({
        inputShape: [truncated.outputs[0]?.shape.at(-1) ?? 0],
        units: 100,
        activation: 'relu',
        kernelInitializer: 'varianceScaling',
      }),
      layers.dense({
        units: labels.length,
        activation: 'softmax',
        useBias: false,
        kernelInitializer: 'varianceScaling',
      }),
    ],
  });
  const joint = sequential();
  joint.add(truncated);
  joint.add(top);
  randomise(joint, 5);
  await save(joint, folder, kerasNames ? (name) => kerasName(architecture, name) ?? name : (name) => name);
  const metadata = {
    tfjsVersion: '1.3.1',
    tmVersion: '2.4.7',
    packageVersion: '0.8.5',
    packageName: '@teachablemachine/image',
    timeStamp: '2025-01-01T00:00:00.000Z',
    userMetadata: {},
    modelName: `tm-${architecture}-${width}`,
    labels,
    imageSize: side,
  };
  fs.writeFileSync(path.join(folder, 'metadata.json'), JSON.stringify(metadata));
  return joint;
}

/** Up to its last activation, as Keras has it. */
function mobileNet({ architecture, width, side }: Teachable): LayersModel {
  const config = { ...defaultConfig.model, architecture, width, dropout: 0 };
  const shape = {
    width: side,
    height: side,
    channels: 3,
    classes: 2,
    seed: 4,
    designSide: 224,
    flavor: 'keras' as const,
  };
  const whole = buildModel(config, shape);
  const pool = whole.getLayer('features');
  return makeModel({ inputs: whole.inputs, outputs: pool.input as SymbolicTensor, name: 'truncated' });
}

/** Statistics, scales and depthwise kernels that are not those of a new network, whose features would be near 0 with them. */
function randomise(model: LayersModel, seed: number): void {
  const random = seededRandom(seed);
  const draw = (size = 0, low: number, high: number, shape = [size]) =>
    tensor(
      Float32Array.from({ length: size }, () => low + (high - low) * random()),
      shape,
    );
  for (const layer of model.layers) {
    if ('layers' in layer) randomise(layer as LayersModel, seed + 1);
    else if (layer.getClassName() === 'DepthwiseConv2D') {
      const kernel = layer.getWeights()[0] as Tensor;
      layer.setWeights([draw(kernel.size, -0.8, 0.8, kernel.shape)]);
    } else if (layer.getClassName() === 'BatchNormalization') {
      const [gamma, beta, mean, variance] = layer.getWeights().map(({ shape }) => shape[0] ?? 0);
      layer.setWeights([draw(gamma, 0.5, 1.5), draw(beta, -0.1, 0.1), draw(mean, -0.1, 0.1), draw(variance, 0.5, 1.5)]);
    }
  }
}

/** By TensorFlow.js' own way to save, into the files that a browser downloads. @param rename layers */
export async function save(model: LayersModel, folder: string, rename = (name: string) => name): Promise<void> {
  fs.mkdirSync(folder, { recursive: true });
  let artifacts: io.ModelArtifacts | null = null;
  await model.save({
    save: async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    },
  });
  const { modelTopology, weightSpecs, weightData } = artifacts as unknown as io.ModelArtifacts;
  const renamed = (value: unknown): unknown => {
    if (typeof value === 'string') return rename(value);
    if (Array.isArray(value)) return value.map(renamed);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, renamed(part)]));
  };
  const weights = (weightSpecs ?? []).map((spec) => {
    const at = spec.name.lastIndexOf('/');
    return { ...spec, name: `${rename(spec.name.slice(0, at))}${spec.name.slice(at)}` };
  });
  fs.writeFileSync(path.join(folder, 'weights.bin'), Buffer.from(weightData as ArrayBuffer));
  const json = {
    modelTopology: renamed(modelTopology),
    format: 'layers-model',
    generatedBy: 'TensorFlow.js tfjs-layers v4.22.0',
    convertedBy: null,
    weightsManifest: [{ paths: ['./weights.bin'], weights }],
  };
  fs.writeFileSync(path.join(folder, 'model.json'), JSON.stringify(json));
}
