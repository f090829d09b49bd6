import fs from 'node:fs';
import path from 'node:path';
import { decodeSample, samplePositions } from '../dataset/sample.ts';
import type { DataSet } from '../dataset/types.ts';
import { chooseEngine } from '../engines/choose.ts';
import { jobFiles } from '../jobs/job.ts';
import { readModel } from '../models/save.ts';
import { Problem } from '../problem.ts';
import type { LabelSafetyReport } from '../protocol/augment-preview.ts';
import { describeAugment } from '../training/augment-text.ts';
import type { EngineConfig, RunConfig } from '../training/config.ts';
import { readSplit } from '../training/split-file.ts';
import { checkLabelSafety } from './label-safety.ts';

export interface CheckOptions {
  /** Folder of the run whose model is asked. */
  model: string;
  /** Images of each class. */
  perClass: number;
  draws: number;
  tolerance: number;
  engine: EngineConfig;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

const BATCH_SIZE = 64;

/**
 * Asks a run's model what a config's augmentation does to its predictions, on images that it was not trained on where the data set is
 * the run's own.
 * @throws Problem `nothing-to-check`, `no-decodable-images`, those of `readModel`, or where no engine runs here
 */
export async function checkAugment(
  { config, data }: { config: RunConfig; data: DataSet },
  options: CheckOptions,
): Promise<LabelSafetyReport> {
  if (describeAugment({ ...config.augment, mixUp: off, cutMix: off }).length === 0) {
    throw new Problem(
      'nothing-to-check',
      'No augmentation is on that leaves the label as it is.',
      'Set a probability in "augment", or use --preset.',
    );
  }
  const { engine } = await chooseEngine(options.engine);
  try {
    const { model, preprocess, labels } = await readModel(path.join(options.model, jobFiles.model));
    const predictor = await engine.createPredictor(model, preprocess.normalization);
    const heldOut = heldOutOf(options.model, data);
    const count = options.perClass * data.classes.length;
    const positions = samplePositions(data.images, count, config.seed, heldOut ?? undefined);
    const sample = await decodeSample(data, positions, preprocess);
    if (sample.length === 0) {
      throw new Problem('no-decodable-images', `No image of ${data.root} could be decoded.`, 'Check the files.');
    }
    const report = await checkLabelSafety(sample, {
      predictor,
      preprocess,
      labels,
      augment: config.augment,
      describe: (augment) => describeAugment(augment).join(', '),
      seed: config.seed,
      draws: options.draws,
      tolerance: options.tolerance,
      batchSize: Math.min(BATCH_SIZE, sample.length),
      ...(options.onProgress ? { onProgress: options.onProgress } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    predictor.dispose();
    model.dispose();
    return { model: path.resolve(options.model), from: heldOut ? 'held-out' : 'all', ...report };
  } finally {
    await engine.dispose();
  }
}

const off = { probability: 0, alpha: 1 };

/** Images that the run held out, found by content; null: it was not trained on this data set, or held nothing out. */
function heldOutOf(run: string, data: DataSet): number[] | null {
  const file = path.join(run, jobFiles.split);
  if (!fs.existsSync(file)) return null;
  const stored = readSplit(file);
  if (!stored) return null;
  const held = new Set(stored.lines.filter(({ split }) => split !== 'train').map(({ hash }) => hash));
  const trained = new Set(stored.lines.filter(({ split }) => split === 'train').map(({ hash }) => hash));
  const positions = [...data.images.keys()].filter((at) => {
    const { hash } = data.images[at] as { hash: string };
    return held.has(hash) && !trained.has(hash);
  });
  return positions.length > 0 ? positions : null;
}
