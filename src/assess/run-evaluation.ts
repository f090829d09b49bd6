import fs from 'node:fs';
import path from 'node:path';
import type { ImageRecord } from '../dataset/types.ts';
import { chooseEngine } from '../engines/choose.ts';
import type { EngineInfo } from '../engines/engine.ts';
import { evaluateSubject, type SubjectEvaluation } from '../evaluation/evaluate-subject.ts';
import type { Scored } from '../evaluation/metrics/scored.ts';
import { readPredictions } from '../evaluation/predictions-file.ts';
import { Classifier } from '../evaluation/predictor/classifier.ts';
import { type PredictorSpec, readSubject } from '../evaluation/predictor/spec.ts';
import { describeViews } from '../evaluation/predictor/views.ts';
import { type EvaluatedImage, measure } from '../evaluation/report.ts';
import { type EvaluationJob, readEvaluationJob, subjectOf } from '../jobs/evaluation-job.ts';
import { jobFiles } from '../jobs/job.ts';
import { isPredictorFolder } from '../jobs/predictors.ts';
import type { EvaluationReport, UsedReport } from '../protocol/evaluation.ts';
import { type JobOutcome, type JobSession, runJobSession, scanReporter } from '../training/job-session.ts';
import { ImageLoader } from '../training/loader.ts';
import { Notices } from '../training/notices.ts';
import { softwareVersions } from '../training/provenance.ts';
import { type EvaluationData, openEvaluationData } from './evaluation-data.ts';
import { writeEvaluation } from './evaluation-files.ts';

const BATCH_SIZE = 64;
const PROGRESS_MS = 250;

/**
 * Does what the `job.json` of an evaluation's folder says: predictions, figures and report are written beside it, what happens is
 * in its events.
 * @throws Problem `not-an-evaluation`, `bad-job`, `run-locked`, or where not even the events can be written
 */
export async function runEvaluationJob(folder: string, options: { signal?: AbortSignal } = {}): Promise<JobOutcome> {
  const job = readEvaluationJob(folder);
  return await runJobSession(folder, options.signal, (session) => evaluate(job, session));
}

async function evaluate(job: EvaluationJob, { folder, events, stop }: JobSession): Promise<'done' | 'stopped'> {
  const subject = subjectOf(folder);
  const spec = withViews(readSubject(subject), job);
  const { engine, reason, refused } = await chooseEngine(job.engine);
  try {
    const { name, label, device } = engine.info;
    events.append({ kind: 'engine', name, label, device, reason, refused });
    const classifier = await Classifier.open(engine, spec);
    try {
      const data = await openEvaluationData(spec, classifier.labels, job.target, {
        signal: stop.signal,
        onProgress: scanReporter(events),
      });
      events.append({ kind: 'status', state: 'running', pid: process.pid });
      const notices = new Notices(data.skipped);
      let reported = 0;
      const evaluation = await evaluateSubject(classifier, data.images, openLoader(data, notices), {
        onProgress: (done, total) => {
          if (performance.now() - reported < PROGRESS_MS && done < total) return;
          reported = performance.now();
          events.append({ kind: 'progress', what: 'evaluate', done, total });
        },
        shouldStop: () => stop.requested,
      });
      if (!evaluation) return 'stopped';
      for (const event of notices.takeNew()) events.append(event);
      const parts = { job, spec, classifier, data, evaluation, subject, engine: engine.info, notices };
      writeEvaluation(folder, describe(parts));
      return 'done';
    } finally {
      classifier.dispose();
    }
  } finally {
    await engine.dispose();
  }
}

/** The evaluation's own views, where it asks for some. */
function withViews(spec: PredictorSpec, { views }: EvaluationJob): PredictorSpec {
  return views.name === 'none' ? spec : { ...spec, views };
}

function openLoader(data: EvaluationData, notices: Notices) {
  return (settings: ConstructorParameters<typeof ImageLoader>[0]['settings']) =>
    new ImageLoader({
      root: data.root,
      images: data.images,
      settings,
      batchSize: Math.min(BATCH_SIZE, data.images.length),
      onFailed: ({ index, cause, message }) => notices.skip(cause, data.images[index]?.path ?? '', message),
      onCacheOff: (message) => notices.warn('no-cache', message),
    });
}

interface Parts {
  job: EvaluationJob;
  spec: PredictorSpec;
  classifier: Classifier;
  data: EvaluationData;
  evaluation: SubjectEvaluation;
  subject: string;
  engine: EngineInfo;
  notices: Notices;
}

function describe({ job, spec, classifier, data, evaluation, subject, engine, notices }: Parts) {
  const { labels } = classifier;
  const records = Array.from(evaluation.indices, (at) => data.images[at] as ImageRecord);
  const images = records.map(
    (record, i): EvaluatedImage => ({
      path: record.path,
      hash: record.hash,
      className: labels[record.label] as string,
      width: record.width,
      height: record.height,
      format: record.format,
      channels: record.channels,
      brightness: evaluation.qualities[i]?.brightness ?? 0,
      sharpness: evaluation.qualities[i]?.sharpness ?? 0,
      inTraining: data.split === 'train' ? null : (data.trained?.has(record.hash) ?? null),
    }),
  );
  const plain = spec.members.length === 1 && spec.views.name === 'none' && !isPredictorFolder(subject);
  const heldOut = plain && data.split !== 'validation' ? storedValidation(subject, labels) : null;
  const options = { ...job.intervals, k: Math.min(job.k, labels.length) };
  const measured = measure({ classes: labels, scored: evaluation.scored, images, heldOut, options });
  const report: EvaluationReport = {
    ...measured.report,
    cost: evaluation.cost,
    alternatives: evaluation.alternatives,
    used: usedBy({ job, spec, classifier, data, subject, engine, notices }),
    notes: data.notes,
  };
  return { data, labels, evaluation, verdicts: measured.verdicts, slices: measured.slices, report };
}

/** What the run said of its validation images when it was trained: a temperature is fitted on them. */
function storedValidation(run: string, labels: readonly string[]): Scored | null {
  const file = path.join(run, jobFiles.predictions);
  if (!fs.existsSync(file)) return null;
  const lines = readPredictions(file).filter(({ split, label }) => split === 'validation' && labels.includes(label));
  if (lines.length === 0) return null;
  return {
    classes: labels.length,
    labels: Int32Array.from(lines, ({ label }) => labels.indexOf(label)),
    probabilities: Float32Array.from(lines.flatMap(({ probabilities }) => probabilities)),
  };
}

function usedBy(parts: Omit<Parts, 'evaluation'>): UsedReport {
  const { job, spec, classifier, data, subject, engine, notices } = parts;
  return {
    subject: { kind: isPredictorFolder(subject) ? 'predictor' : 'run', folder: subject, name: spec.name },
    members: classifier.members.map((member) => ({
      name: member.spec.name,
      folder: member.spec.folder,
      weights: member.weightsHash,
      weight: member.spec.weight,
    })),
    combine: spec.members.length > 1 ? spec.combine : 'single',
    views: describeViews(spec.views),
    data: { kind: job.target.kind, source: data.source, split: data.split, fingerprint: data.fingerprint },
    engine: { name: engine.name, label: engine.label, device: engine.device },
    versions: softwareVersions(engine),
    skipped: notices.all,
    unknownClasses: data.unknownClasses,
    at: new Date().toISOString(),
  };
}
