import { encodeSavedModel } from '../../engines/tensorflow/graph/saved-model.ts';
import type { ExportFile } from '../files.ts';
import { contractFiles } from '../files.ts';
import { assertMessageSize } from '../message-size.ts';
import type { ExportSource, Preprocessing } from '../source.ts';
import { freeze } from './frozen-graph.ts';

/**
 * The files of a TensorFlow SavedModel with the signature `serving_default`: `image` [batch, height, width, channel] →
 * `probabilities` [batch, class]. Class names and preprocessing are in `assets.extra/`, where TensorFlow leaves what is not its own.
 * @throws Problem `layer-not-supported`, `model-too-large`, `model-not-a-classifier`
 */
export function toSavedModel(source: ExportSource, preprocessing: Preprocessing): ExportFile[] {
  assertMessageSize(source.model.weights, 'SavedModel');
  const { nodes, image, probabilities } = freeze(source, preprocessing);
  const signature = { inputs: { image }, outputs: { probabilities } };
  return [
    { name: 'saved_model.pb', data: encodeSavedModel(nodes, { serving_default: signature }) },
    ...contractFiles(source).map((file) => ({ ...file, name: `assets.extra/${file.name}` })),
  ];
}
