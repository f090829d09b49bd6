import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, model as makeModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { providePlainBackend } from '../../engines/plain-backend.ts';
import { Problem } from '../../problem.ts';
import { reasonAgainstTraining } from '../layers-model/body.ts';
import { readLayersModel } from '../layers-model/topology.ts';
import { weightFileProblem } from '../weights/open.ts';
import type { TfjsModel } from '../weights/tfjs-file.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import { FrozenExtractor } from './extractor.ts';
import type { FrozenInput, FrozenNetwork, FrozenNormalize } from './frozen-network.ts';
import { provideFastBackend } from './tfjs-backend.ts';

/** A layers model of TensorFlow.js whose network is not known by name. @throws WeightFileError; Problem `bad-weights-file` */
export async function openTfjsLayers(file: string, description: TfjsModel): Promise<FrozenNetwork> {
  await providePlainBackend();
  const model = readLayersModel(description);
  const input = inputOf(model);
  return {
    format: 'tfjs-layers',
    input,
    outputs: model.outputs.map(({ name, shape }) => ({ name, shape: [...shape] })),
    features: featuresOf(model),
    normalize: guess(model),
    told: null,
    about: null,
    classes: null,
    reasonAgainstTraining: reasonAgainstTraining(model),
    async createExtractor(engine, options) {
      const { output } = options;
      const body = bodyTo(model, output, file);
      const stop = await provideFastBackend(engine);
      const close = () => void stop();
      try {
        return await FrozenExtractor.create(
          async (values, shape) => {
            const image = tensor(values, [...shape], 'float32');
            const found = body.predict(image) as Tensor;
            const result = { shape: found.shape, values: (await found.data()).slice() as Float32Array };
            image.dispose();
            found.dispose();
            return result;
          },
          input,
          options,
          close,
        );
      } catch (error) {
        throw weightFileProblem(file, error);
      }
    },
  };
}

function inputOf(model: LayersModel): FrozenInput {
  const [image] = model.inputs;
  const [batch = null, height = null, width = null, channels = null] = image?.shape ?? [];
  if (!image || model.inputs.length > 1 || image.shape.length !== 4 || (channels !== 1 && channels !== 3)) {
    const shapes = model.inputs.map(({ shape }) => shape.join(' × ')).join('; ');
    throw new WeightFileError(`its input is no picture of 1 or 3 channels (${shapes})`);
  }
  if (image.dtype !== 'float32') throw new WeightFileError(`its input holds ${image.dtype}, not float32`);
  return { name: image.name, height, width, channels, layout: 'nhwc', type: 'float32', batch };
}

/** Keras' older networks and Teachable Machine's want −1…1; one that begins with a scaling of its own sees pixels as they are. */
function guess(model: LayersModel): FrozenNormalize {
  const first = model.layers.find((layer) => layer.getClassName() !== 'InputLayer');
  return first?.getClassName() === 'Rescaling' ? 'zero-255' : 'minus-one-one';
}

/** The layer before the last one with weights, which is the classifier. */
function featuresOf(model: LayersModel): string {
  const last = model.layers.findLastIndex(({ weights }) => weights.length > 0);
  return (model.layers[last - 1] ?? model.layers.at(-1))?.name ?? '';
}

function bodyTo(model: LayersModel, output: string, file: string): LayersModel {
  const layer = model.layers.find(({ name }) => name === output);
  if (!layer) {
    const known = model.layers.map(({ name }) => name).slice(-5);
    throw new Problem(
      'unknown-output',
      `${file} has no layer called ${output}.`,
      `Its last layers are ${known.join(', ')}.`,
    );
  }
  return makeModel({ inputs: model.inputs, outputs: layer.output as SymbolicTensor });
}
