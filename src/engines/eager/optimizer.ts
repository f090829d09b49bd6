import { type Tensor, tensor, tidy, type Variable, variable, zeros } from '@tensorflow/tfjs-core';
import type { OptimizerConfig } from '../../training/config.ts';
import type { NamedArray } from '../engine.ts';
import { iterationsName, type OptimizerSlot, slotName } from '../weight-names.ts';
import type { UpdateOp } from './ops.ts';
import { badState } from './weights.ts';

export interface TrainedWeight {
  name: string;
  variable: Variable;
}

/**
 * SGD, Adam or AdamW over a list of weights, with slots that can be read and written bit for bit. Weight decay is applied
 * to weights of two and more dimensions: biases and batch-norm scales are vectors.
 */
export class Optimizer {
  readonly #config: OptimizerConfig;
  readonly #weights: TrainedWeight[];
  readonly #update: UpdateOp;
  #slots: Variable[][] | undefined;
  #iteration = 0;

  constructor(config: OptimizerConfig, weights: TrainedWeight[], update: UpdateOp) {
    this.#config = config;
    this.#weights = weights;
    this.#update = update;
  }

  /** @param gradients by the variables' own names; a weight without a gradient stays as it is. */
  apply(gradients: Record<string, Tensor>, learningRate: number): void {
    this.#slots ??= this.#weights.map((weight) => this.#newSlots(weight));
    this.#iteration++;
    this.#weights.forEach(({ variable: weight }, i) => {
      const gradient = gradients[weight.name];
      if (!gradient) return;
      const weightDecay = weight.rank > 1 ? this.#config.weightDecay : 0;
      const slots = this.#slots?.[i] ?? [];
      this.#update(this.#config, { weight, gradient, slots, weightDecay, learningRate, iteration: this.#iteration });
    });
  }

  /** Empty before the first update. */
  async read(): Promise<NamedArray[]> {
    if (!this.#slots) return [];
    const arrays: NamedArray[] = [];
    if (this.#config.name !== 'sgd') {
      arrays.push({ name: iterationsName, shape: [], data: Float32Array.of(this.#iteration) });
    }
    const slots = slotsOf(this.#config);
    for (const [i, { name }] of this.#weights.entries()) {
      for (const [k, slot] of slots.entries()) {
        const values = this.#slots[i]?.[k] as Variable;
        arrays.push({
          name: slotName(name, slot),
          shape: values.shape,
          data: (await values.data()).slice() as Float32Array,
        });
      }
    }
    return arrays;
  }

  /** @throws EngineError `bad-state` when a slot is missing or has another shape; nothing is changed then. */
  write(arrays: NamedArray[]): void {
    const byName = new Map(arrays.map((array) => [array.name, array]));
    const slots = slotsOf(this.#config);
    const wanted = this.#weights.map(({ name, variable: weight }) =>
      slots.map((slot) => {
        const array = byName.get(slotName(name, slot));
        if (arrays.length > 0 && array?.data.length !== weight.size) throw badState(slotName(name, slot));
        return array;
      }),
    );
    this.dispose();
    this.#iteration = byName.get(iterationsName)?.data[0] ?? 0;
    if (arrays.length === 0) return;
    this.#slots = this.#weights.map((weight, i) => {
      const created = this.#newSlots(weight);
      created.forEach((slot, k) => {
        tidy(() => slot.assign(tensor(wanted[i]?.[k]?.data.slice() as Float32Array, slot.shape)));
      });
      return created;
    });
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

function slotsOf(config: OptimizerConfig): OptimizerSlot[] {
  if (config.name !== 'sgd') return ['m', 'v'];
  return config.momentum > 0 ? ['momentum'] : [];
}
