import { type Tensor, tidy, type Variable, variable, zeros } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../training/config.ts';
import type { NamedArray } from '../engine.ts';
import { accumulatedStepsName, iterationsName, type OptimizerSlot, slotName } from '../weight-names.ts';
import type { GradientShaping, UpdateOps } from './ops.ts';
import type { TrainedWeight } from './trained.ts';
import { badState, readTensor, setVariable } from './weights.ts';

/** What may change from one update to the next. */
export interface UpdateInput {
  learningRate: number;
  /** Takes the place of the config's momentum or β₁; without momentum in the config there is none to take the place of. */
  momentum?: number;
  shaping: GradientShaping;
}

/**
 * An optimizer over a list of weights, with slots that can be read and written bit for bit. Weight decay is applied to
 * weights of two and more dimensions: biases and batch-norm scales are vectors.
 */
export class Optimizer {
  readonly #config: OptimizerConfig;
  readonly #weights: TrainedWeight[];
  readonly #updates: UpdateOps;
  #slots: Variable[][] | undefined;
  #iteration = 0;

  constructor(config: OptimizerConfig, weights: TrainedWeight[], updates: UpdateOps) {
    this.#config = config;
    this.#weights = weights;
    this.#updates = updates;
  }

  /** @param gradients by the variables' own names; a weight without a gradient stays as it is. */
  apply(gradients: Record<string, Tensor>, { learningRate, momentum, shaping }: UpdateInput): void {
    this.#slots ??= this.#weights.map((weight) => this.#newSlots(weight));
    this.#iteration++;
    const config = momentum === undefined ? this.#config : { ...this.#config, momentum: momentum, beta1: momentum };
    this.#weights.forEach(({ variable: weight, rate }, i) => {
      const gradient = gradients[weight.name];
      if (!gradient) return;
      this.#updates.update(config, {
        ...{ weight, gradient, shaping },
        slots: this.#slots?.[i] ?? [],
        weightDecay: weight.rank > 1 ? config.weightDecay : 0,
        learningRate: learningRate * rate,
        iteration: this.#iteration,
      });
    });
  }

  /** Empty before the first update. */
  async read(): Promise<NamedArray[]> {
    if (!this.#slots) return [];
    const arrays: NamedArray[] = [{ name: iterationsName, shape: [], data: Float32Array.of(this.#iteration) }];
    const slots = slotsOf(this.#config);
    for (const [i, { name }] of this.#weights.entries()) {
      for (const [k, slot] of slots.entries()) {
        arrays.push(await readTensor(slotName(name, slot), this.#slots[i]?.[k] as Variable));
      }
    }
    return arrays;
  }

  /**
   * @returns writes the slots
   * @throws EngineError `bad-state` when a slot is missing or has another shape; nothing is changed then.
   */
  prepareWrite(arrays: readonly NamedArray[]): () => void {
    const byName = new Map(arrays.map((array) => [array.name, array]));
    const iteration = byName.get(iterationsName)?.data[0] ?? 0;
    const empty = arrays.every(({ name }) => isAccumulation(name));
    const slots = slotsOf(this.#config);
    const wanted = this.#weights.map(({ name, variable: weight }) =>
      slots.map((slot) => {
        const array = byName.get(slotName(name, slot));
        if (!empty && array?.data.length !== weight.size) throw badState(slotName(name, slot));
        return array?.data as Float32Array;
      }),
    );
    return () => {
      this.dispose();
      this.#iteration = iteration;
      if (empty) return;
      this.#slots = this.#weights.map((weight, i) => {
        const created = this.#newSlots(weight);
        created.forEach((slot, k) => {
          setVariable(slot, wanted[i]?.[k] as Float32Array);
        });
        return created;
      });
    };
  }

  /** Forgets the slots. */
  dispose(): void {
    for (const slot of this.#slots?.flat() ?? []) slot.dispose();
    this.#slots = undefined;
    this.#iteration = 0;
  }

  #newSlots({ variable: weight }: TrainedWeight): Variable[] {
    return slotsOf(this.#config).map(() => tidy(() => variable(zeros(weight.shape), false)));
  }
}

/** Before the first update there may already be gradients under accumulation. */
function isAccumulation(name: string): boolean {
  return name === accumulatedStepsName || name.endsWith(slotName('', 'accumulated'));
}

/** In the order in which `WeightUpdate.slots` has them. */
function slotsOf(config: OptimizerConfig): OptimizerSlot[] {
  const momentum: OptimizerSlot[] = config.momentum > 0 ? ['momentum'] : [];
  const slots: Record<OptimizerConfig['name'], OptimizerSlot[]> = {
    sgd: momentum,
    adam: ['m', 'v'],
    adamw: ['m', 'v'],
    rmsprop: ['v', ...momentum],
    lion: ['m'],
  };
  return slots[config.name];
}
