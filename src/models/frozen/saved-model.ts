import { Problem } from '../../problem.ts';
import { weightFileProblem } from '../weights/open.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import { FrozenExtractor } from './extractor.ts';
import type { FrozenInput, FrozenNetwork } from './frozen-network.ts';
import { readSavedModel, type SavedModelFile } from './saved-model-file.ts';

const types = { float32: 1, uint8: 4 } as const;

/** A network that TensorFlow saved; only TensorFlow's engine runs it. @throws WeightFileError */
export function openSavedModel(folder: string): FrozenNetwork {
  const saved = readSavedModel(folder);
  const input = inputOf(saved);
  const [first] = saved.outputs;
  if (!first) throw new WeightFileError('it has no outputs');
  const described = saved.outputs.find(({ key }) => /^(features?|embeddings?|pooled)/i.test(key)) ?? first;
  return {
    format: 'saved-model',
    input,
    outputs: saved.outputs.map(({ key, shape }) => ({ name: key, shape })),
    features: described.key,
    normalize: input.type === 'uint8' ? 'zero-255' : 'zero-one',
    told: null,
    about: null,
    classes: null,
    reasonAgainstTraining: 'it is a graph of operations, without layers',
    async createExtractor(engine, options) {
      if (!engine.openSavedModel) {
        throw new Problem(
          'needs-tensorflow',
          `A SavedModel is run by TensorFlow itself, and this is ${engine.info.label}.`,
          'Set TensorFlow up with loupe setup, or export the network to ONNX (tf2onnx), which every engine takes.',
        );
      }
      const output = saved.outputs.find(({ key }) => key === options.output)?.name ?? options.output;
      const given = saved.inputs[0]?.name ?? '';
      try {
        const session = engine.openSavedModel(folder);
        return await FrozenExtractor.create(
          async (data, shape) =>
            session.run({ name: given, shape, data }, output.includes(':') ? output : `${output}:0`),
          input,
          options,
          () => session.close(),
        );
      } catch (error) {
        if (error instanceof WeightFileError || error instanceof Problem) throw weightFileProblem(folder, error);
        const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
        const clause = `TensorFlow says: ${line.slice(0, 300).replace(/\.$/, '')}`;
        throw weightFileProblem(folder, new WeightFileError(clause, { cause: error }));
      }
    },
  };
}

function inputOf({ inputs }: SavedModelFile): FrozenInput {
  const [image] = inputs;
  if (!image || inputs.length > 1) throw new WeightFileError(`it has ${inputs.length} inputs, not one picture`);
  const { key, type, shape } = image;
  if (type !== types.float32 && type !== types.uint8)
    throw new WeightFileError('its input takes neither float32 nor uint8');
  const [batch = null, height = null, width = null, channels = null] = shape;
  if (shape.length !== 4 || (channels !== 1 && channels !== 3)) {
    throw new WeightFileError(
      `its input is no picture of 1 or 3 channels (${shape.map((length) => length ?? '?').join(' × ')})`,
    );
  }
  return {
    name: key,
    height,
    width,
    channels,
    layout: 'nhwc',
    type: type === types.uint8 ? 'uint8' : 'float32',
    batch,
  };
}
