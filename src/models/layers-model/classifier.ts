import { input, type LayersModel, layers, model as makeModel, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { Preprocess } from '../../images/preprocess.ts';
import type { ModelDescription } from '../save.ts';
import { readTfjs, type TfjsModel } from '../weights/tfjs-file.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import { rescalingOf, withoutFirst } from './body.ts';
import { type Call, callsOf, copyOf, copyWeights, rebuild } from './calls.ts';
import { type ModelMetadata, metadataFile, metadataNormalization, readMetadata } from './metadata.ts';
import { asWeightFileError, readLayersModel } from './topology.ts';

/** What a layers model tells of the classes it knows. */
export interface ClassifierFacts {
  labels: string[];
  preprocess: Preprocess;
}

/**
 * A TensorFlow.js layers model as the classifier it is, with its own classes: the same network, ending in `logits` and `probabilities`.
 * @param file its `model.json`
 * @throws WeightFileError, with what it lacks
 */
export function readClassifier(file: string): ModelDescription {
  const description = readTfjs(file);
  const source = readSource(description);
  try {
    const { labels, preprocess } = factsOf(source, readMetadata(file));
    const { height, width } = preprocess;
    const channels = channelsIn(source);
    const scaling = rescalingOf(callsOf(source));
    const calls = scaling ? withoutFirst(callsOf(source)) : callsOf(source);
    const image = input({ name: 'image', shape: [height, width, channels] });
    const outputs = endingInSoftmax(calls, image);
    return { model: makeModel({ name: 'classifier', inputs: image, outputs }), labels, preprocess };
  } catch (error) {
    throw asWeightFileError(error);
  } finally {
    source.dispose();
  }
}

function readSource(description: TfjsModel): LayersModel {
  if (description.format !== 'tfjs-layers') throw new WeightFileError('it is a graph of operations, not of layers');
  return readLayersModel(description);
}

/** @throws WeightFileError, with what is not told */
export function factsOf(source: LayersModel, metadata: ModelMetadata | null): ClassifierFacts {
  const [, height = null, width = null] = source.inputs[0]?.shape ?? [];
  const outputs = source.outputs[0]?.shape.at(-1) ?? 0;
  const channels = channelsIn(source);
  const scaling = rescalingOf(callsOf(source));
  const { labels = null, side = null, normalize = null } = metadata ?? {};
  if (!labels)
    throw new WeightFileError(
      `nothing says how its ${outputs} classes are called (labels in a ${metadataFile} beside it)`,
    );
  if (labels.length !== outputs) {
    throw new WeightFileError(`the ${metadataFile} beside it names ${labels.length} classes, and it has ${outputs}`);
  }
  if (!scaling && !normalize) {
    throw new WeightFileError(
      `nothing says how pixels become its input ("normalize" in the ${metadataFile} beside it)`,
    );
  }
  const [tall, wide] = [height ?? side, width ?? side];
  if (tall === null || wide === null) {
    throw new WeightFileError(
      `nothing says which size its pictures have ("imageSize" in the ${metadataFile} beside it)`,
    );
  }
  const scaled = scaling && {
    mean: new Array<number>(channels).fill(-scaling.offset / (255 * scaling.scale)),
    std: new Array<number>(channels).fill(1 / (255 * scaling.scale)),
  };
  return {
    labels,
    preprocess: {
      version: 1,
      width: wide,
      height: tall,
      color: channels === 1 ? 'grey' : 'rgb',
      resize: 'crop',
      normalization: scaled ?? metadataNormalization(normalize ?? 'minus-one-one', channels),
    },
  };
}

function channelsIn(source: LayersModel): 1 | 3 {
  const channels = source.inputs[0]?.shape.at(-1);
  if (source.inputs[0]?.shape.length === 4 && (channels === 1 || channels === 3)) return channels;
  throw new WeightFileError('its input is no picture of 1 or 3 channels');
}

/** Its softmax may be a layer of its own or a part of the last one; one that ends in a linear layer gives what goes into a softmax. */
function endingInSoftmax(calls: readonly Call[], image: SymbolicTensor): SymbolicTensor {
  const last = calls.length - 1;
  const { layer, inputs } = calls[last] as Call;
  const kind = layer.getClassName();
  const { activation } = layer.getConfig();
  const softmax = layers.activation({ name: 'probabilities', activation: 'softmax' });
  if (kind === 'Softmax' || (kind === 'Activation' && activation === 'softmax')) {
    return softmax.apply(rebuild(calls, inputs[0] ?? -1, image, null)) as SymbolicTensor;
  }
  if (kind !== 'Dense' || (activation !== 'softmax' && activation !== 'linear')) {
    throw new WeightFileError(`it ends in ${kind} ${layer.name}, not in a softmax over its classes`);
  }
  const logits = copyOf(layer, { name: 'logits', activation: 'linear', trainable: true });
  const values = logits.apply(rebuild(calls, inputs[0] ?? -1, image, null));
  copyWeights(layer, logits);
  return softmax.apply(values) as SymbolicTensor;
}
