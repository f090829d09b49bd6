import fs from 'node:fs';
import path from 'node:path';
import type { SubjectEvaluation } from '../evaluation/evaluate-subject.ts';
import type { Verdicts } from '../evaluation/metrics/scored.ts';
import type { Slice } from '../evaluation/metrics/slices.ts';
import { writePredictions } from '../evaluation/predictions-file.ts';
import { writeAtomic, writeJson } from '../files.ts';
import { evaluationFiles } from '../jobs/evaluation-job.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import { jobFiles } from '../jobs/job.ts';
import type { EvaluatedImages, EvaluationReport } from '../protocol/evaluation.ts';
import type { EvaluationData } from './evaluation-data.ts';

export interface EvaluationResult {
  data: EvaluationData;
  labels: string[];
  evaluation: SubjectEvaluation;
  verdicts: Verdicts;
  slices: Slice[];
  report: EvaluationReport;
}

/**
 * Predictions first, the report last: where it is, the rest is too.
 * @throws Problem `disk-full`, `no-permission`, `folder-missing`
 */
export function writeEvaluation(folder: string, result: EvaluationResult): void {
  const { data, labels, evaluation, report } = result;
  const { indices, scored } = evaluation;
  writePredictions(
    path.join(folder, jobFiles.predictions),
    [{ split: data.split, predictions: { indices, probabilities: scored.probabilities } }],
    { images: data.images, classes: labels },
  );
  try {
    writeAtomic(path.join(folder, evaluationFiles.images), JSON.stringify(imagesOf(result)));
    writeJson(path.join(folder, jobFiles.report), report);
  } catch (error) {
    throw fsProblem(error, 'write', folder);
  }
}

function imagesOf({ data, evaluation, verdicts, slices }: EvaluationResult): EvaluatedImages {
  const records = Array.from(evaluation.indices, (at) => data.images[at]).filter((record) => record !== undefined);
  const digits = (values: Iterable<number>) => Array.from(values, (value) => Number(value.toFixed(4)));
  return {
    root: data.root,
    path: records.map((record) => record.path),
    hash: records.map((record) => record.hash),
    width: records.map(({ width }) => width),
    height: records.map(({ height }) => height),
    label: [...evaluation.scored.labels],
    predicted: [...verdicts.predicted],
    confidence: digits(verdicts.confidence),
    labelProbability: digits(verdicts.labelProbability),
    brightness: digits(evaluation.qualities.map(({ brightness }) => brightness)),
    sharpness: digits(evaluation.qualities.map(({ sharpness }) => sharpness)),
    slices: slices.map(({ members }) => members),
  };
}

/** Null until the evaluation is done. */
export function readEvaluationReport(folder: string): EvaluationReport | null {
  const file = path.join(folder, jobFiles.report);
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, 'utf8')) as EvaluationReport) : null;
}
