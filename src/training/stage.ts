import path from 'node:path';
import type { Engine, Trainer, TrainerState } from '../engines/engine.ts';
import { decodeSettingsOf, type Normalization, type Preprocess } from '../images/preprocess.ts';
import type { EventWriter } from '../jobs/event-writer.ts';
import { jobFiles } from '../jobs/job.ts';
import { countParameters } from '../models/build.ts';
import { assertSameShapes } from './checkpoint.ts';
import { classWeightsOf } from './class-weights.ts';
import type { RunConfig } from './config.ts';
import { layerRatesOf } from './layer-rates.ts';
import type { ImageLoader } from './loader.ts';
import { buildNetwork, createNetworkTrainer, layersWithWeights } from './network.ts';
import { sampledCounts } from './sampling.ts';
import { Saver } from './saver.ts';
import { canShare, type Segment, sameFrozen } from './segments.ts';

/** What one segment of a run trains with. */
export interface Stage {
  segment: Segment;
  trainer: Trainer;
  loader: ImageLoader;
  saver: Saver;
  parameters: number;
  /** Names of the layers that stay as they are. */
  frozen: string[];
  /** Frees the network; the loader is for whoever opened it to close. */
  dispose(): void;
}

export interface StageParts {
  folder: string;
  /** Folder that the config's paths are relative to. */
  base: string;
  config: RunConfig;
  engine: Engine;
  events: EventWriter;
  classes: string[];
  /** Training images of each class. */
  counts: number[];
  normalization: Normalization;
  openLoader(segment: Segment): ImageLoader;
}

/** The stage that a run is in; the next one takes over its weights, at another input size if need be. */
export class Stages {
  readonly #parts: StageParts;
  #current: Stage;
  /** False while, or because, the next stage could not be opened: there is nothing to close. */
  #open = true;

  private constructor(parts: StageParts, first: Stage) {
    this.#parts = parts;
    this.#current = first;
  }

  /**
   * @param loader of the first segment
   * @param state to go on from; null: first weights
   * @throws Problem `bad-checkpoint`, `no-such-layer`, `input-too-small`
   */
  static async open(
    parts: StageParts,
    segment: Segment,
    loader: ImageLoader,
    state: TrainerState | null,
  ): Promise<Stages> {
    return new Stages(parts, await openStage(parts, segment, loader, state));
  }

  get current(): Stage {
    return this.#current;
  }

  /** What `segment` trains with, from the weights as they are now. */
  async enter(segment: Segment): Promise<Stage> {
    const before = this.#current;
    if (canShare(before.segment, segment)) {
      this.#current = { ...before, segment };
      return this.#current;
    }
    const state = await before.trainer.readState();
    // Which slots an optimizer has depends on what it trains.
    const optimizer = sameFrozen(before.segment, segment) ? state.optimizer : [];
    before.dispose();
    this.#open = false;
    await before.loader.close();
    const loader = this.#parts.openLoader(segment);
    try {
      this.#current = await openStage(this.#parts, segment, loader, { ...state, optimizer });
      this.#open = true;
    } catch (error) {
      await loader.close();
      throw error;
    }
    return this.#current;
  }

  async close(): Promise<void> {
    if (!this.#open) return;
    this.#current.dispose();
    await this.#current.loader.close();
  }
}

/**
 * Fails before the first step where a later segment could not be trained.
 * @throws Problem `no-such-layer`, `input-too-small`
 */
export function assertSegments(
  { config, classes, base }: Pick<StageParts, 'config' | 'classes' | 'base'>,
  segments: Segment[],
): void {
  segments.forEach((segment, i) => {
    if (segments.slice(0, i).some((earlier) => canShare(earlier, segment))) return;
    const model = buildNetwork(config, classes.length, { width: segment.width, height: segment.height, base });
    try {
      layerRatesOf(layersWithWeights(model), config.training, segment.freeze);
    } finally {
      model.dispose();
    }
  });
}

async function openStage(
  parts: StageParts,
  segment: Segment,
  loader: ImageLoader,
  state: TrainerState | null,
): Promise<Stage> {
  const { folder, base, config, engine, events, classes, counts, normalization } = parts;
  const { width, height, freeze } = segment;
  const model = buildNetwork(config, classes.length, { width, height, base, pretrained: state === null });
  if (state) {
    const shapes = model.weights.map((weight) => weight.shape);
    assertSameShapes(path.join(folder, jobFiles.lastState), state.weights, shapes);
  }
  const { classWeights, sampling } = config.training;
  const trainer = await createNetworkTrainer(engine, model, config, {
    normalization,
    classWeights: classWeightsOf(classWeights, sampledCounts(counts, sampling)),
    freeze,
  });
  for (const message of trainer.notices ?? []) events.append({ kind: 'warning', code: 'engine', message });
  if (state) await trainer.writeState(state);
  const settings = decodeSettingsOf({ ...config.input, width, height });
  const preprocess: Preprocess = { version: 1, ...settings, normalization };
  const saver = new Saver(folder, trainer, { model, preprocess, labels: classes }, events);
  const rates = layerRatesOf(layersWithWeights(model), config.training, freeze);
  const frozen = [...rates].filter(([, rate]) => rate === 0).map(([name]) => name);
  const dispose = () => {
    trainer.dispose();
    model.dispose();
  };
  return { segment, trainer, loader, saver, parameters: countParameters(model), frozen, dispose };
}
