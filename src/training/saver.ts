import path from 'node:path';
import type { NamedArray, Trainer, TrainerState } from '../engines/engine.ts';
import { writeJson } from '../files.ts';
import type { EventWriter } from '../jobs/event-writer.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import { jobFiles } from '../jobs/job.ts';
import { type ModelDescription, writeModel, writeWeights } from '../models/save.ts';
import { areFinite, writeBestPoint, writeResumePoint } from './checkpoint.ts';
import { CheckpointPace } from './checkpoint-pace.ts';
import { nonFinite } from './non-finite.ts';
import type { EpochResult, TrainProgress } from './progress.ts';

/** `snapshot.json` beside the model of a snapshot. */
export interface SnapshotInfo {
  version: 1;
  /** `cycle`: a minimum of sgdr; `epoch`: checkpoints.keepEvery asked for it. */
  why: 'cycle' | 'epoch';
  step: number;
  /** Whole epochs done. */
  epoch: number;
  /** What the epoch measured of these weights; null: they were not validated. */
  result: EpochResult | null;
}

/** Writes a run's checkpoints and its model, and says so in the events. */
export class Saver {
  readonly #folder: string;
  readonly #trainer: Pick<Trainer, 'readState'>;
  readonly #description: ModelDescription;
  readonly #events: EventWriter;
  readonly #pace = new CheckpointPace();
  /** The model folder's description may be of another input size until this saver has written its own. */
  #described = false;

  constructor(folder: string, trainer: Pick<Trainer, 'readState'>, description: ModelDescription, events: EventWriter) {
    this.#folder = folder;
    this.#trainer = trainer;
    this.#description = description;
    this.#events = events;
  }

  /** Saves where enough has been trained since the last time for saving to cost at most a twentieth of the time. */
  async saveIfDue(progress: TrainProgress, trainedMs: number): Promise<void> {
    this.#pace.trained(trainedMs);
    if (this.#pace.due) await this.saveLast(progress);
  }

  /** @throws Problem `non-finite`, `disk-full`, …; the checkpoint before it stays. */
  async saveLast(progress: TrainProgress): Promise<void> {
    const started = performance.now();
    this.#writeLast(progress, await this.#readState(progress));
    this.#pace.saved(performance.now() - started);
  }

  /**
   * At the end of an epoch: the best weights first where they are better, so that `last` never knows of a best that is not there.
   * @param keep whether to keep the epoch's model as a snapshot too
   */
  async saveEpoch(progress: TrainProgress, result: EpochResult, keep: boolean): Promise<void> {
    const started = performance.now();
    const state = await this.#readState(progress);
    const weights = savedWeights(state);
    if (progress.best?.epoch === result.epoch) {
      writeBestPoint(path.join(this.#folder, jobFiles.bestState), { result, weights });
      this.writeModel(weights);
      this.#events.append({ kind: 'checkpoint', which: 'best', epoch: result.epoch, step: result.step });
    }
    if (keep)
      this.#writeSnapshot({ version: 1, why: 'epoch', step: result.step, epoch: result.epoch, result }, weights);
    this.#writeLast(progress, state);
    this.#pace.saved(performance.now() - started);
  }

  /** Keeps the weights at the end of a cycle, from which an ensemble can be made. */
  async saveCycle(progress: TrainProgress): Promise<void> {
    const { step, epoch } = progress;
    const weights = savedWeights(await this.#readState(progress));
    this.#writeSnapshot({ version: 1, why: 'cycle', step, epoch, result: null }, weights);
  }

  /** @throws Problem `disk-full`, `no-permission`, `folder-missing` */
  writeModel(weights: NamedArray[]): void {
    const folder = path.join(this.#folder, jobFiles.model);
    try {
      if (this.#described) writeWeights(folder, weights);
      else writeModel(folder, this.#description, weights);
      this.#described = true;
    } catch (error) {
      throw fsProblem(error, 'write', folder);
    }
  }

  #writeSnapshot(info: SnapshotInfo, weights: NamedArray[]): void {
    const name = path.posix.join(jobFiles.snapshots, `step-${String(info.step).padStart(8, '0')}`);
    const folder = path.join(this.#folder, name);
    try {
      writeModel(folder, this.#description, weights);
      writeJson(path.join(folder, 'snapshot.json'), info);
    } catch (error) {
      throw fsProblem(error, 'write', folder);
    }
    this.#events.append({ kind: 'checkpoint', which: 'snapshot', folder: name, epoch: info.epoch, step: info.step });
  }

  #writeLast(progress: TrainProgress, state: TrainerState): void {
    // What the checkpoint relies on must be on the disk before it.
    this.#events.flush();
    writeResumePoint(path.join(this.#folder, jobFiles.lastState), { progress, state });
    const epoch = progress.stepInEpoch > 0 ? progress.epoch + 1 : progress.epoch;
    this.#events.append({ kind: 'checkpoint', which: 'last', epoch, step: progress.step });
  }

  async #readState(progress: TrainProgress): Promise<TrainerState> {
    const state = await this.#trainer.readState();
    if (!areFinite(state.weights)) throw nonFinite('The weights', progress);
    return state;
  }
}

/** The weights that are validated and saved: the averaged ones where there are any. */
export function savedWeights({ weights, averaged }: Pick<TrainerState, 'weights' | 'averaged'>): NamedArray[] {
  return averaged.length > 0 ? averaged : weights;
}
