import { providePlainBackend } from '../../engines/plain-backend.ts';
import { readTfjs } from '../weights/tfjs-file.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import { type ClassifierFacts, readClassifier } from './classifier.ts';

/** Whether a file is a classifier that can be used as it is: what it knows, or what it lacks. */
export type ClassifierReport = ({ usable: true } & ClassifierFacts) | { usable: false; reason: string };

/** What a layers model is as a classifier; null: it is no layers model. @param file its `model.json`. @throws FormatError */
export async function reportClassifier(file: string): Promise<ClassifierReport | null> {
  if (!/\.json$/i.test(file) || readTfjs(file).format !== 'tfjs-layers') return null;
  await providePlainBackend();
  try {
    const { model, labels, preprocess } = readClassifier(file);
    model.dispose();
    return { usable: true, labels, preprocess };
  } catch (error) {
    if (error instanceof WeightFileError) return { usable: false, reason: error.message };
    throw error;
  }
}
