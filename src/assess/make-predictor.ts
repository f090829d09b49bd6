import path from 'node:path';
import { chooseEngine } from '../engines/choose.ts';
import { measureStatistics } from '../evaluation/predictor/batch-norm-statistics.ts';
import { loadMember, readWeights } from '../evaluation/predictor/classifier.ts';
import { averageWeights } from '../evaluation/predictor/soup.ts';
import {
  type Combine,
  hashWeights,
  type MemberSpec,
  type PredictorSpec,
  RUN_WEIGHTS,
  writePredictor,
} from '../evaluation/predictor/spec.ts';
import type { ViewsSpec } from '../evaluation/predictor/views.ts';
import { createTimedFolder } from '../jobs/create.ts';
import { jobFiles } from '../jobs/job.ts';
import { readJob } from '../jobs/read.ts';
import { readContract, writeModel } from '../models/save.ts';
import { Problem } from '../problem.ts';
import type { EngineConfig } from '../training/config.ts';
import { ImageLoader } from '../training/loader.ts';
import { epochOrder } from '../training/order.ts';
import { openRunData } from '../training/run-data.ts';

export interface PredictorRequest {
  /** Folder that gets a folder for it. */
  predictorsFolder: string;
  name: string;
  members: Pick<MemberSpec, 'name' | 'folder' | 'weights' | 'weight'>[];
  combine: Combine;
  views: ViewsSpec;
}

/**
 * Makes a predictor of several networks. Nothing is copied: it names runs and what their weights must hash to.
 * @returns its folder
 * @throws Problem `too-few-members`, `no-model`, `labels-differ`, `disk-full`, `no-permission`
 */
export function makeEnsemble(request: PredictorRequest): string {
  const { members, combine, views, name } = request;
  if (members.length === 0) throw tooFew(1);
  const labels = members.map((member) => readContract(path.join(member.folder, jobFiles.model)).labels);
  labels.forEach((own, at) => {
    if (sameNames(own, labels[0] as string[])) return;
    throw new Problem(
      'labels-differ',
      `${members[at]?.name} knows other classes than ${members[0]?.name}.`,
      'Combine runs that were trained on the same classes.',
    );
  });
  const spec: PredictorSpec = {
    version: 1,
    name,
    createdAt: new Date().toISOString(),
    combine,
    members: members.map((member) => ({ ...member, hash: hashWeights(member.folder, member.weights) })),
    views,
  };
  const { folder } = createTimedFolder(request.predictorsFolder, name);
  writePredictor(folder, spec);
  return folder;
}

export interface SoupOptions {
  engine: EngineConfig;
  /** Training images that the batch-norm statistics are measured on. */
  images: number;
  signal?: AbortSignal;
  onProgress?: (done: number, total: number) => void;
}

export interface Soup {
  folder: string;
  /** Training images the statistics were measured on; 0: the network has no batch norm. */
  images: number;
}

const BATCH_SIZE = 64;

/**
 * One network whose weights are the mean of several checkpoints of the same network; its batch-norm statistics are measured anew on
 * the first run's training images.
 * @throws Problem `too-few-members`, `bad-model` (another network), `contract-differs`, `no-model`, and of the data set
 */
export async function makeSoup(request: PredictorRequest, options: SoupOptions): Promise<Soup> {
  const { members, name, views } = request;
  const [first] = members;
  if (!first || members.length < 2) throw tooFew(2);
  assertSameContract(members);
  const { engine } = await chooseEngine(options.engine);
  try {
    const { model, preprocess, labels } = await loadMember(first);
    const mean = averageWeights(members.map((member) => readWeights(path.join(member.folder, member.weights), model)));
    const images = new TrainingImages(first.folder, options);
    const { normalization } = preprocess;
    const weights = await measureStatistics(engine, model, mean, images.batches(preprocess), normalization);
    const { folder } = createTimedFolder(request.predictorsFolder, name);
    writeModel(path.join(folder, jobFiles.model), { model, preprocess, labels }, weights);
    model.dispose();
    const spec: PredictorSpec = {
      version: 1,
      name,
      createdAt: new Date().toISOString(),
      combine: 'mean',
      members: [{ name, folder, weights: RUN_WEIGHTS, hash: hashWeights(folder, RUN_WEIGHTS), weight: 1 }],
      views,
      averagedFrom: members.map((member) => ({
        name: member.name,
        folder: member.folder,
        weights: member.weights,
        hash: hashWeights(member.folder, member.weights),
      })),
    };
    writePredictor(folder, spec);
    return { folder, images: weights === mean ? 0 : images.seen };
  } finally {
    await engine.dispose();
  }
}

/** A run's training images in a random order, read when they are asked for. */
class TrainingImages {
  readonly #run: string;
  readonly #options: SoupOptions;
  seen = 0;

  constructor(run: string, options: SoupOptions) {
    this.#run = run;
    this.#options = options;
  }

  async *batches(settings: ConstructorParameters<typeof ImageLoader>[0]['settings']) {
    const { signal, onProgress } = this.#options;
    const job = readJob(this.#run);
    const data = await openRunData(this.#run, job, signal ? { signal } : {});
    const order = epochOrder(data.split.train, job.config.seed, 0).subarray(0, this.#options.images);
    const loader = new ImageLoader({
      root: data.root,
      images: data.images,
      settings,
      batchSize: Math.min(BATCH_SIZE, order.length),
    });
    try {
      for await (const batch of loader.pass(order, { failed: 'drop' })) {
        signal?.throwIfAborted();
        yield batch;
        this.seen += batch.size;
        onProgress?.(this.seen, order.length);
      }
    } finally {
      await loader.close();
    }
  }
}

function assertSameContract(members: PredictorRequest['members']): void {
  const contracts = members.map(({ folder }) => JSON.stringify(readContract(path.join(folder, jobFiles.model))));
  const at = contracts.findIndex((contract) => contract !== contracts[0]);
  if (at < 0) return;
  throw new Problem(
    'contract-differs',
    `${members[at]?.name} has other classes or another preprocessing than ${members[0]?.name}: their weights can't be averaged.`,
    'Average checkpoints of one run, or runs that differ in seed or training only; for others use --how mean.',
  );
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

function tooFew(least: number): Problem {
  return new Problem(
    'too-few-members',
    `That takes at least ${least} ${least === 1 ? 'run' : 'runs or checkpoints'}.`,
    'Name runs, their snapshots or checkpoint files.',
  );
}
