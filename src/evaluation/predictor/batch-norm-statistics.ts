import { type LayersModel, models } from '@tensorflow/tfjs-layers';
import { type Engine, type ImageBatch, type NamedArray, plainTraining } from '../../engines/engine.ts';
import type { Normalization } from '../../images/preprocess.ts';
import { StatisticsMean } from './soup.ts';

/**
 * Measures the batch-norm statistics of weights that no training has seen together: every batch goes through the network in training
 * mode with a learning rate of 0 and a momentum of 0, so that the moving statistics are that batch's own; their mean over
 * the batches is what is returned (PyTorch's `update_bn`).
 * @param model gives the topology; it is not changed
 * @returns the weights with new statistics; the same where the network has no batch norm
 */
export async function measureStatistics(
  engine: Engine,
  model: LayersModel,
  weights: NamedArray[],
  batches: AsyncIterable<ImageBatch>,
  normalization: Normalization,
): Promise<NamedArray[]> {
  const places = statisticsOf(model);
  if (places.length === 0) return weights;
  const forgetful = await withoutMomentum(model);
  const trainer = await engine.createTrainer(forgetful, {
    ...plainTraining,
    normalization,
    seed: 0,
    optimizer: still,
  });
  try {
    await trainer.writeState({ weights, optimizer: [], averaged: [] });
    const mean = new StatisticsMean(places.map((at) => weights[at]?.data.length ?? 0));
    let step = 0;
    for await (const batch of batches) {
      await trainer.step(batch, { step: step++, learningRate: 0 });
      const { weights: now } = await trainer.readState();
      mean.add(places.map((at) => (now[at] as NamedArray).data));
    }
    if (step === 0) return weights;
    const measured = mean.result();
    return weights.map((array, at) => {
      const place = places.indexOf(at);
      return place < 0 ? array : { ...array, data: measured[place] as Float32Array };
    });
  } finally {
    trainer.dispose();
    forgetful.dispose();
  }
}

/** Nothing that an update could change the weights by. */
const still = {
  name: 'sgd',
  momentum: 0,
  nesterov: false,
  weightDecay: 0,
  beta1: 0.9,
  beta2: 0.999,
  rho: 0.99,
  epsilon: 1e-7,
} as const;

/** Positions in `model.weights` of moving means and variances. */
function statisticsOf(model: LayersModel): number[] {
  return [...model.weights.keys()].filter((at) =>
    /\/moving_(mean|variance)$/.test(model.weights[at]?.originalName ?? ''),
  );
}

/** The same network whose batch norms keep nothing of the past. */
async function withoutMomentum(model: LayersModel): Promise<LayersModel> {
  const topology = model.toJSON(null, false) as { config: { layers: { class_name: string; config: object }[] } };
  for (const layer of topology.config.layers) {
    if (layer.class_name === 'BatchNormalization') Object.assign(layer.config, { momentum: 0 });
  }
  return await models.modelFromJSON(topology as unknown as Parameters<typeof models.modelFromJSON>[0]);
}
