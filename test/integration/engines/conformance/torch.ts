import { execFileSync } from 'node:child_process';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ImageBatch, StepInput, TrainerOptions } from '../../../../src/engines/engine.ts';
import { pythonPeer } from '../../../python-peers.ts';
import { weightsOf } from '../../tensorflow/support.ts';

export interface TorchStep {
  batch: ImageBatch;
  input: StepInput;
}

export interface TorchResult {
  results: { loss: number; correct: number; gradientNorm: number | null }[];
  /** In the order of the model's weights. */
  weights: number[][];
  averaged: number[][];
  /** Of the first step's loss, before clipping. */
  gradients: number[][];
}

/** A case for `torch_training.py`, with the weights that the model holds now. */
export function torchCase(model: LayersModel, options: TrainerOptions, steps: readonly TorchStep[]): object {
  const { mean, std } = options.normalization;
  const shape = (model.inputs[0]?.shape ?? []).slice(1) as number[];
  return {
    layers: model.layers.map((layer) => ({
      class: layer.getClassName(),
      name: layer.name,
      config: layer.getConfig(),
      inputs: layer.inboundNodes[0]?.inboundLayers.map((one) => one.name) ?? [],
    })),
    weights: weightsOf(model).map(({ name, shape, data }) => ({ name, shape, data: [...data] })),
    options: {
      ...options,
      layerRates: Object.fromEntries(options.layerRates),
      storedStatistics: [...options.storedStatistics],
    },
    shape,
    steps: steps.map(({ batch, input }) => {
      const count = shape.reduce((product, one) => product * one, batch.size);
      return {
        images: Array.from(batch.pixels.subarray(0, count), (pixel, i) => {
          const channel = i % mean.length;
          return (pixel / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1);
        }),
        labels: [...batch.labels.subarray(0, batch.size)],
        targets: batch.targets ? [...batch.targets] : null,
        weights: batch.weights ? [...batch.weights] : null,
        learningRate: input.learningRate,
        momentum: input.momentum ?? null,
      };
    }),
  };
}

/** What PyTorch makes of the cases, in one process. */
export function trainWithTorch(cases: readonly object[]): TorchResult[] {
  const script = new URL('./torch_training.py', import.meta.url).pathname;
  const output = execFileSync(pythonPeer(), [script], {
    input: JSON.stringify(cases),
    maxBuffer: 2 ** 30,
    timeout: 240_000,
  });
  return JSON.parse(output.toString()) as TorchResult[];
}
