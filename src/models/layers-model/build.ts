import { input, type LayersModel, model as makeModel } from '@tensorflow/tfjs-layers';
import { Problem } from '../../problem.ts';
import type { ModelConfig } from '../../training/config.ts';
import { type ModelShape, SeedSequence } from '../blocks.ts';
import { classifierHead, vectorHead } from '../head.ts';
import { weightFileProblem } from '../weights/open.ts';
import { readTfjs } from '../weights/tfjs-file.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import { bodyOf } from './body.ts';
import { rebuild } from './calls.ts';
import { readLayersModel } from './topology.ts';

/**
 * The network of a TensorFlow.js layers model with its weights, a new head in place of its classifier. One that pools a map of features takes
 * pictures of any size, another one only those it was made for.
 * @param file its `model.json`
 * @throws Problem `bad-weights-file`, `no-weights-file`, `untrainable-model`, `no-feature-map`
 */
export function buildFromLayersModel(config: ModelConfig, shape: ModelShape, file: string): LayersModel {
  const source = open(file);
  try {
    const body = bodyOf(source);
    if (body.kind === 'vector' && config.head === 'concat-pool') {
      throw new Problem(
        'no-feature-map',
        `The concat-pool head averages a map of features, and the network in ${file} has none before its classifier.`,
        'Set model.head to linear or dense.',
      );
    }
    const { width, height, channels, classes } = shape;
    const seeds = new SeedSequence(shape.seed);
    const image = input({ name: 'image', shape: [height, width, channels] });
    const features = rebuild(body.calls, body.last, image, seeds);
    const head = { ...config, classes };
    const outputs = body.kind === 'map' ? classifierHead(features, seeds, head) : vectorHead(features, seeds, head);
    return makeModel({ name: 'layers-model', inputs: image, outputs });
  } catch (error) {
    if (!(error instanceof WeightFileError)) throw error;
    const size = source.inputs[0]?.shape.slice(1).join(' × ');
    throw new Problem(
      'untrainable-model',
      `The network in ${file} can't be trained with this input: ${error.message}.`,
      `It was made for pictures of ${size}. As it is, it describes images: loupe embed, loupe baseline.`,
      { cause: error },
    );
  } finally {
    source.dispose();
  }
}

function open(file: string): LayersModel {
  try {
    const description = readTfjs(file);
    if (description.format !== 'tfjs-layers')
      throw new WeightFileError('it is a graph of operations, without layers that could be trained');
    return readLayersModel(description);
  } catch (error) {
    throw weightFileProblem(file, error);
  }
}
