import type { ImageRecord } from '../dataset/types.ts';
import { channelsOf, type DecodeSettings } from '../images/preprocess.ts';
import type { AlternativeReport, CostReport } from '../protocol/evaluation.ts';
import type { BatchSource } from './evaluate.ts';
import { batchQualities, type ImageQualities } from './image-qualities.ts';
import { logLosses, mean } from './metrics/probability.ts';
import { judge, pick, type Scored } from './metrics/scored.ts';
import type { Classifier, ClassifierPart, OpenMember } from './predictor/classifier.ts';

/** Reads the images of an evaluation as one part of a classifier wants them. */
export type OpenSource = (settings: DecodeSettings) => BatchSource & { close(): Promise<void> };

export interface SubjectEvaluation {
  /** Positions in the images given, of those that every member saw. */
  indices: Int32Array;
  scored: Scored;
  /** [image] */
  qualities: ImageQualities[];
  cost: CostReport;
  alternatives: AlternativeReport[];
}

export interface SubjectOptions {
  onProgress?: (done: number, total: number) => void;
  /** Asked after each batch; true ends the evaluation. */
  shouldStop?: () => boolean;
}

/** What a member said of all images, and how long it took. */
interface Ledger {
  member: OpenMember;
  /** [image, class] */
  probabilities: Float32Array;
  plain: Float32Array;
  ms: number;
  plainMs: number;
}

/**
 * Asks a classifier about labelled images: one pass for each way its members want them decoded. What a part of the work would
 * have given (one member, no views) falls off on the way and is told beside it. Null where it was stopped.
 * @param images labels are positions in `classifier.labels`
 */
export async function evaluateSubject(
  classifier: Classifier,
  images: readonly Pick<ImageRecord, 'label'>[],
  openSource: OpenSource,
  options: SubjectOptions = {},
): Promise<SubjectEvaluation | null> {
  const started = performance.now();
  const ledgers: Ledger[] = [];
  const qualities: (ImageQualities | undefined)[] = [];
  const seen = new Uint8Array(images.length);
  for (const part of classifier.parts) {
    const own = part.members.map((member) => makeLedger(member, images.length, classifier.labels.length));
    ledgers.push(...own);
    const share = { from: ledgers.length - own.length, total: images.length * classifier.members.length };
    const finished = await passOver(classifier, part, openSource, {
      order: Uint32Array.from(images.keys()),
      ledgers: own,
      seen,
      qualities: part === classifier.parts[0] ? qualities : null,
      onProgress: (done) => options.onProgress?.(share.from * images.length + done * own.length, share.total),
      shouldStop: options.shouldStop ?? (() => false),
    });
    if (!finished) return null;
  }
  const indices = Int32Array.from([...seen.keys()].filter((i) => seen[i] === classifier.parts.length));
  const seconds = (performance.now() - started) / 1000;
  const labels = Int32Array.from(images, ({ label }) => label);
  const scoredOf = (probabilities: Float32Array): Scored =>
    pick({ classes: classifier.labels.length, labels, probabilities }, indices);
  return {
    indices,
    scored: scoredOf(classifier.combine(ledgers)),
    qualities: Array.from(indices, (i) => qualities[i] as ImageQualities),
    cost: {
      predictSeconds: secondsOf(ledgers.map(({ ms }) => ms)),
      seconds,
      imagesPerSecond: seconds > 0 ? indices.length / seconds : 0,
      passes: classifier.passes,
    },
    alternatives: alternativesOf(classifier, ledgers, scoredOf),
  };
}

interface PassParts {
  order: Uint32Array;
  ledgers: Ledger[];
  /** [image], parts that have seen it. */
  seen: Uint8Array;
  qualities: (ImageQualities | undefined)[] | null;
  onProgress: (done: number) => void;
  shouldStop: () => boolean;
}

async function passOver(
  classifier: Classifier,
  part: ClassifierPart,
  openSource: OpenSource,
  { order, ledgers, seen, qualities, onProgress, shouldStop }: PassParts,
): Promise<boolean> {
  const classes = classifier.labels.length;
  const frame = { ...part.settings, channels: channelsOf(part.settings) };
  const source = openSource(part.settings);
  let done = 0;
  try {
    for await (const batch of source.pass(order, { failed: 'drop' })) {
      const answers = await classifier.ask(part, batch);
      if (qualities) {
        batchQualities(batch, frame).forEach((quality, i) => {
          qualities[batch.indices[i] as number] = quality;
        });
      }
      answers.forEach((answer, m) => {
        const ledger = ledgers[m] as Ledger;
        ledger.ms += answer.ms;
        ledger.plainMs += answer.plainMs;
        place(ledger.probabilities, answer.probabilities, batch.indices, classes);
        if (ledger.plain !== ledger.probabilities) place(ledger.plain, answer.plain, batch.indices, classes);
      });
      for (const index of batch.indices) seen[index] = (seen[index] as number) + 1;
      done += batch.size;
      onProgress(done);
      if (shouldStop()) return false;
    }
    return true;
  } finally {
    await source.close();
  }
}

function makeLedger(member: OpenMember, images: number, classes: number): Ledger {
  const probabilities = new Float32Array(images * classes);
  const hasViews = member.views.views.length > 1;
  return {
    member,
    probabilities,
    plain: hasViews ? new Float32Array(images * classes) : probabilities,
    ms: 0,
    plainMs: 0,
  };
}

function place(target: Float32Array, rows: Float32Array, indices: Int32Array, classes: number): void {
  indices.forEach((index, i) => {
    target.set(rows.subarray(i * classes, (i + 1) * classes), index * classes);
  });
}

function alternativesOf(
  classifier: Classifier,
  ledgers: Ledger[],
  scoredOf: (probabilities: Float32Array) => Scored,
): AlternativeReport[] {
  const alternatives: AlternativeReport[] = [];
  const add = (name: string, probabilities: Float32Array, ms: number[], passes: number) => {
    const verdicts = judge(scoredOf(probabilities));
    alternatives.push({
      name,
      accuracy: mean(Array.from(verdicts.rank, (rank) => (rank === 0 ? 1 : 0))),
      logLoss: mean(logLosses(verdicts)),
      predictSeconds: secondsOf(ms),
      passes,
    });
  };
  const hasViews = ledgers.some(({ plain, probabilities }) => plain !== probabilities);
  if (hasViews) {
    const plain = classifier.combine(ledgers.map(({ member, plain: own }) => ({ member, probabilities: own })));
    add(
      'without views',
      plain,
      ledgers.map(({ plainMs }) => plainMs),
      ledgers.length,
    );
  }
  if (ledgers.length > 1) {
    for (const { member, probabilities, ms } of ledgers) {
      add(`${member.spec.name} alone`, probabilities, [ms], member.views.views.length);
    }
  }
  return alternatives;
}

function secondsOf(milliseconds: number[]): number {
  return milliseconds.reduce((sum, ms) => sum + ms, 0) / 1000;
}
