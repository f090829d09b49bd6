import { tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { readTemperature, weightsKey } from '../evaluation/predictor/calibration-file.ts';
import { hashWeights, RUN_WEIGHTS, readSubject } from '../evaluation/predictor/spec.ts';
import { Problem } from '../problem.ts';

/** The temperature that `loupe predict` applies to what this run says; null: none is kept for its weights. */
export function temperatureOf(runFolder: string): number | null {
  const hash = hashWeights(runFolder, RUN_WEIGHTS);
  return readTemperature(runFolder, weightsKey([hash], readSubject(runFolder)));
}

/**
 * Makes the network give softmax(z / T) itself, by dividing the kernel and the bias of the last Dense layer by T: no format
 * needs to know of temperatures.
 * @throws Problem `temperature-not-exportable` where the network does not end in Dense and softmax
 */
export function temper(model: LayersModel, temperature: number): void {
  const last = model.outputs[0]?.sourceLayer;
  const own = last?.getClassName() === 'Dense';
  const dense = own ? last : model.outputs[0]?.inputs[0]?.sourceLayer;
  if (dense?.getClassName() !== 'Dense' || (!own && dense.getConfig().activation !== 'linear')) {
    throw new Problem(
      'temperature-not-exportable',
      "The temperature kept beside the model can't be written into it: it does not end in a Dense layer and a softmax.",
      'Export it without: --uncalibrated.',
    );
  }
  const scaled = dense.getWeights().map((weight) => {
    const values = Float32Array.from(weight.dataSync<'float32'>(), (value) => value / temperature);
    return tensor(values, weight.shape);
  });
  dense.setWeights(scaled);
  for (const weight of scaled) weight.dispose();
}
