import { type Tensor, tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import type { LayersModel, LayerVariable } from '@tensorflow/tfjs-layers';
import type { NamedArray } from '../engine.ts';
import { EngineError } from '../engine-error.ts';
import { weightNames } from '../weight-names.ts';

/** A layer's weight as the TensorFlow.js variable behind it. */
export function variableOf(weight: LayerVariable): Variable {
  return weight.read() as Variable;
}

/** A copy of a tensor's values. */
export async function readTensor(name: string, tensor: Tensor): Promise<NamedArray> {
  return { name, shape: tensor.shape, data: (await tensor.data()).slice() as Float32Array };
}

/** All weights in the order of `model.weights`, copied. */
export async function readWeights(model: LayersModel): Promise<NamedArray[]> {
  const names = weightNames(model);
  return Promise.all(model.weights.map((weight, i) => readTensor(names[i] as string, variableOf(weight))));
}

/**
 * @returns writes the weights
 * @throws EngineError `bad-state` when names or sizes differ from the model's; nothing is changed then.
 */
export function prepareWrite(model: LayersModel, arrays: readonly NamedArray[]): () => void {
  expectWeights(model, arrays);
  return () => {
    model.weights.forEach((weight, i) => {
      setVariable(variableOf(weight), arrays[i]?.data as Float32Array);
    });
  };
}

/** @throws EngineError `bad-state` when names or sizes differ from the model's weights. */
export function expectWeights(model: LayersModel, arrays: readonly NamedArray[]): void {
  const names = weightNames(model);
  model.weights.forEach((weight, i) => {
    const array = arrays[i];
    if (array?.name !== names[i] || array?.data.length !== variableOf(weight).size) throw badState(names[i] as string);
  });
  if (arrays.length !== names.length) throw badState(arrays[names.length]?.name ?? '');
}

/** Gives every weight values of its own on the active backend, so that an engine may change them in place. */
export async function adoptWeights(model: LayersModel): Promise<void> {
  for (const weight of model.weights) {
    const variable = variableOf(weight);
    setVariable(variable, (await variable.data()) as Float32Array);
  }
}

export function setVariable(variable: Variable, data: Float32Array): void {
  tidy(() => variable.assign(tensor(data.slice(), variable.shape)));
}

export function badState(name: string): EngineError {
  return new EngineError(
    'bad-state',
    `The saved state does not fit this model or optimizer: ${name} is missing or has another size.`,
    'Start a new run, or continue with the configuration that the state was saved with.',
  );
}
