import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { NamedArray } from '../engines/engine.ts';
import { providePlainBackend } from '../engines/plain-backend.ts';
import { hashWeights, noViews, RUN_WEIGHTS, writePredictor } from '../evaluation/predictor/spec.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import { jobFiles } from '../jobs/job.ts';
import { isPredictorFolder } from '../jobs/predictors.ts';
import { readClassifier } from '../models/layers-model/classifier.ts';
import { metadataFile } from '../models/layers-model/metadata.ts';
import { modelFiles, writeModel } from '../models/save.ts';
import { weightFileProblem } from '../models/weights/open.ts';
import { readTfjs } from '../models/weights/tfjs-file.ts';
import { WeightFileError } from '../models/weights/weight-file.ts';
import { Problem } from '../problem.ts';

/** The `model.json` that a file or folder means; null: neither. Runs have one too, but deeper. */
export function modelJsonAt(given: string): string | null {
  const inside = path.join(given, modelFiles.model);
  if (fs.existsSync(inside)) return path.resolve(inside);
  return /\.json$/i.test(given) && fs.existsSync(given) ? path.resolve(given) : null;
}

/**
 * Makes a predictor of a TensorFlow.js layers model, with the classes and preprocessing that stand beside it; the same files have one only.
 * @param file its `model.json`
 * @returns its folder in `predictorsFolder`
 * @throws Problem `not-a-classifier`, `bad-weights-file`, `disk-full`, `no-permission`
 */
export async function adoptModel(file: string, predictorsFolder: string): Promise<string> {
  const name = path.basename(path.dirname(file));
  const folder = path.resolve(predictorsFolder, `${plainName(name)}-${hashOf(file)}`);
  if (isPredictorFolder(folder)) return folder;
  await providePlainBackend();
  const { model, preprocess, labels } = read(file);
  const weights = await Promise.all(
    model.weights.map(async (weight): Promise<NamedArray> => {
      const data = Float32Array.from(await weight.read().data<'float32'>());
      return { name: weight.originalName, shape: weight.shape as number[], data };
    }),
  );
  try {
    fs.mkdirSync(predictorsFolder, { recursive: true });
    writeModel(path.join(folder, jobFiles.model), { model, preprocess, labels }, weights);
  } catch (error) {
    throw fsProblem(error, 'write', folder);
  } finally {
    model.dispose();
  }
  const hash = hashWeights(folder, RUN_WEIGHTS);
  writePredictor(folder, {
    version: 1,
    name,
    createdAt: new Date().toISOString(),
    combine: 'mean',
    members: [{ name, folder, weights: RUN_WEIGHTS, hash, weight: 1 }],
    views: noViews,
  });
  return folder;
}

function read(file: string): ReturnType<typeof readClassifier> {
  try {
    return readClassifier(file);
  } catch (error) {
    if (!(error instanceof WeightFileError)) throw weightFileProblem(file, error);
    throw new Problem(
      'not-a-classifier',
      `${file} can't classify images as it is: ${error.message}.`,
      'See what it holds: loupe import <file>; it may still describe images: loupe embed, loupe baseline.',
      { cause: error },
    );
  }
}

/** Of the description, what stands beside it, and the weights. */
function hashOf(file: string): string {
  const beside = path.join(path.dirname(file), metadataFile);
  const hash = createHash('sha256').update(fs.readFileSync(file));
  if (fs.existsSync(beside)) hash.update(fs.readFileSync(beside));
  try {
    hash.update(readTfjs(file).readWeights());
  } catch (error) {
    throw weightFileProblem(file, error);
  }
  return hash.digest('hex').slice(0, 8);
}

function plainName(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '') || 'model'
  );
}
