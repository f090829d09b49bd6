import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel, model as makeModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { providePlainBackend } from '../../engines/plain-backend.ts';
import { Problem } from '../../problem.ts';
import { weightFileProblem } from '../weights/open.ts';
import type { TfjsModel } from '../weights/tfjs-file.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import { FrozenExtractor } from './extractor.ts';
import type { FrozenInput, FrozenNetwork } from './frozen-network.ts';
import { provideFastBackend } from './tfjs-backend.ts';

/** Layers make room for their weights before they are read: a size that no layer has is refused. */
const MOST_UNITS = 100_000;

/** A layers model of TensorFlow.js whose network is not known by name. @throws WeightFileError; Problem `bad-weights-file` */
export async function openTfjsLayers(file: string, description: TfjsModel): Promise<FrozenNetwork> {
  assertSizes(description.json.modelTopology, 0);
  await providePlainBackend();
  const model = await load(description);
  const input = inputOf(model);
  return {
    format: 'tfjs-layers',
    input,
    outputs: model.outputs.map(({ name, shape }) => ({ name, shape: [...shape] })),
    features: featuresOf(model),
    // As Keras' older networks and Teachable Machine want it.
    normalize: 'minus-one-one',
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

async function load({ json, weights, readWeights }: TfjsModel): Promise<LayersModel> {
  try {
    const artifacts = {
      modelTopology: json.modelTopology as object,
      weightSpecs: weights as Parameters<typeof JSON.stringify>[0],
      weightData: readWeights().buffer,
    };
    return await loadLayersModel({ load: async () => artifacts });
  } catch (error) {
    if (error instanceof WeightFileError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new WeightFileError(`TensorFlow.js says: ${message.split('\n')[0]?.slice(0, 300).replace(/\.$/, '')}`, {
      cause: error,
    });
  }
}

function assertSizes(value: unknown, depth: number): void {
  if (depth > 64) throw new WeightFileError('its layers are nested deeper than any network’s');
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    const isSize = key === 'units' || key === 'filters' || key === 'output_dim' || key === 'input_dim';
    if (isSize && typeof part === 'number' && !(part > 0 && part <= MOST_UNITS)) {
      throw new WeightFileError(`a layer of it has ${part} ${key}`);
    }
    assertSizes(part, depth + 1);
  }
}

function inputOf(model: LayersModel): FrozenInput {
  const [image] = model.inputs;
  const [batch = null, height = null, width = null, channels = null] = image?.shape ?? [];
  if (!image || model.inputs.length > 1 || image.shape.length !== 4 || (channels !== 1 && channels !== 3)) {
    const shapes = model.inputs.map(({ shape }) => shape.join(' × ')).join('; ');
    throw new WeightFileError(`its input is no picture of 1 or 3 channels (${shapes})`);
  }
  return { name: image.name, height, width, channels, layout: 'nhwc', type: 'float32', batch };
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
