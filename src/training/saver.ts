import fs from 'node:fs';
import path from 'node:path';
import type { Trainer, TrainerState } from '../engines/engine.ts';
import type { EventWriter } from '../jobs/event-writer.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import { jobFiles } from '../jobs/job.ts';
import { type ModelDescription, modelFiles, writeModel, writeWeights } from '../models/save.ts';
import { areFinite, writeBestPoint, writeResumePoint } from './checkpoint.ts';
import { CheckpointPace } from './checkpoint-pace.ts';
import { nonFinite } from './non-finite.ts';
import type { EpochResult, TrainProgress } from './progress.ts';

/** Writes a run's checkpoints and its model, and says so in the events. */
export class Saver {
  readonly #folder: string;
  readonly #trainer: Pick<Trainer, 'readState'>;
  readonly #description: ModelDescription;
  readonly #events: EventWriter;
  readonly #pace = new CheckpointPace();

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

  /** At the end of an epoch: the best weights first where they are better, so that `last` never knows of a best that is not there. */
  async saveEpoch(progress: TrainProgress, result: EpochResult): Promise<void> {
    const started = performance.now();
    const state = await this.#readState(progress);
    if (progress.best?.epoch === result.epoch) {
      writeBestPoint(path.join(this.#folder, jobFiles.bestState), { result, weights: state.weights });
      this.writeModel(state);
      this.#events.append({ kind: 'checkpoint', which: 'best', epoch: result.epoch, step: result.step });
    }
    this.#writeLast(progress, state);
    this.#pace.saved(performance.now() - started);
  }

  /** @throws Problem `disk-full`, `no-permission`, `folder-missing` */
  writeModel({ weights }: Pick<TrainerState, 'weights'>): void {
    const folder = path.join(this.#folder, jobFiles.model);
    try {
      if (fs.existsSync(path.join(folder, modelFiles.model))) writeWeights(folder, weights);
      else writeModel(folder, this.#description, weights);
    } catch (error) {
      throw fsProblem(error, 'write', folder);
    }
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
