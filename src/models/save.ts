import fs from 'node:fs';
import path from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { NamedArray } from '../engines/engine.ts';
import { writeAtomic, writeJson } from '../files.ts';
import type { Preprocess } from '../images/preprocess.ts';
import { Problem } from '../problem.ts';

/** Names of everything in a `model/` folder. */
export const modelFiles = {
  model: 'model.json',
  weights: 'weights.bin',
  preprocess: 'preprocess.json',
  labels: 'labels.json',
  /** The model card. */
  card: 'README.md',
} as const;

export interface ModelDescription {
  model: LayersModel;
  preprocess: Preprocess;
  /** Class names, in the order of the model's outputs. */
  labels: string[];
}

/**
 * Writes a whole `model/` folder that stock TensorFlow.js loads. `model.json` comes last: where it is, the rest is too.
 * @param weights in the order of `model.weights`, as `Trainer.readState` gives them.
 */
export function writeModel(folder: string, description: ModelDescription, weights: NamedArray[]): void {
  fs.mkdirSync(folder, { recursive: true });
  writeWeights(folder, weights);
  writeJson(path.join(folder, modelFiles.preprocess), description.preprocess);
  writeJson(path.join(folder, modelFiles.labels), description.labels);
  const specs = description.model.weights.map((weight) => ({
    name: weight.originalName,
    shape: weight.shape,
    dtype: 'float32',
  }));
  writeJson(path.join(folder, modelFiles.model), {
    format: 'layers-model',
    generatedBy: 'Loupe',
    convertedBy: null,
    modelTopology: description.model.toJSON(null, false),
    weightsManifest: [{ paths: [modelFiles.weights], weights: specs }],
  });
}

/** Replaces the weights of a model folder; a reader sees the old or the new ones, never a mixture. */
export function writeWeights(folder: string, weights: NamedArray[]): void {
  const bytes = weights.reduce((sum, weight) => sum + weight.data.byteLength, 0);
  const whole = new Uint8Array(bytes);
  let offset = 0;
  for (const { data } of weights) {
    whole.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  writeAtomic(path.join(folder, modelFiles.weights), whole);
}

/**
 * Reads a `model/` folder. Needs a TensorFlow.js backend.
 * @throws Problem `no-model` when the folder holds none, `bad-model` when its files don't fit together.
 */
export async function readModel(folder: string): Promise<ModelDescription> {
  const { preprocess, labels } = readContract(folder);
  const json = readJson(folder, modelFiles.model) as io.ModelJSON;
  const data = new Uint8Array(fs.readFileSync(path.join(folder, modelFiles.weights)));
  try {
    const artifacts: io.ModelArtifacts = {
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
      weightData: data.buffer,
    };
    return { model: await loadLayersModel({ load: async () => artifacts }), preprocess, labels };
  } catch (error) {
    throw new Problem(
      'bad-model',
      `The model in ${folder} can't be read: ${(error as Error).message}`,
      'Resume the run to write its model again, or choose another run.',
      { cause: error },
    );
  }
}

/** The preprocessing contract and class names of a `model/` folder, without loading the network. */
export function readContract(folder: string): Omit<ModelDescription, 'model'> {
  return {
    preprocess: readJson(folder, modelFiles.preprocess) as Preprocess,
    labels: readJson(folder, modelFiles.labels) as string[],
  };
}

function readJson(folder: string, name: string): unknown {
  const file = path.join(folder, name);
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new Problem(
        'no-model',
        `There is no model in ${folder}: ${name} is missing.`,
        'Choose a run that has finished at least one epoch.',
        { cause: error },
      );
    }
    throw new Problem('bad-model', `${file} can't be read: ${(error as Error).message}`, 'Choose another run.', {
      cause: error,
    });
  }
}
