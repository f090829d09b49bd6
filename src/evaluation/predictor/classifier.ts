import fs from 'node:fs';
import path from 'node:path';
import { tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Engine, Explainer, ImageBatch, NamedArray, Predictor } from '../../engines/engine.ts';
import { channelsOf, type DecodeSettings, type Preprocess } from '../../images/preprocess.ts';
import { jobFiles } from '../../jobs/job.ts';
import { readTensorFile } from '../../models/safetensors.ts';
import { modelFiles, readModel } from '../../models/save.ts';
import { Problem } from '../../problem.ts';
import { combineOpinions, type Opinion } from './combine.ts';
import { hashWeights, type MemberSpec, type PredictorSpec, RUN_WEIGHTS } from './spec.ts';
import { makeViews, type Views, type ViewsSpec } from './views.ts';

/** Members that want their images decoded alike. */
export interface ClassifierPart {
  settings: DecodeSettings;
  members: OpenMember[];
}

/** What one member says of a batch, in the order of the classifier's labels. */
export interface MemberAnswer {
  member: OpenMember;
  /** [size, class], over all views. */
  probabilities: Float32Array;
  /** [size, class], of the first view alone; the same array where there is only one. */
  plain: Float32Array;
  /** Milliseconds of predicting: all views, and the first one. */
  ms: number;
  plainMs: number;
}

/** A run or a predictor, ready to answer: networks loaded, views and combination set. */
export class Classifier {
  readonly spec: PredictorSpec;
  readonly labels: string[];
  readonly parts: ClassifierPart[];

  private constructor(spec: PredictorSpec, labels: string[], parts: ClassifierPart[]) {
    this.spec = spec;
    this.labels = labels;
    this.parts = parts;
  }

  /**
   * Opens all members. Classes are matched by name; they are in the order of the first member.
   * @throws Problem `no-model`, `bad-model`, `weights-changed`, `labels-differ`
   */
  static async open(engine: Engine, spec: PredictorSpec): Promise<Classifier> {
    const members: OpenMember[] = [];
    try {
      for (const member of spec.members) {
        members.push(await OpenMember.open(engine, member, spec.views, members[0]?.labels ?? null));
      }
    } catch (error) {
      for (const member of members) member.dispose();
      throw error;
    }
    const parts = new Map<string, ClassifierPart>();
    for (const member of members) {
      const { settings } = member.views;
      const key = JSON.stringify(settings);
      const part = parts.get(key) ?? { settings, members: [] };
      part.members.push(member);
      parts.set(key, part);
    }
    return new Classifier(spec, (members[0] as OpenMember).labels, [...parts.values()]);
  }

  get members(): OpenMember[] {
    return this.parts.flatMap(({ members }) => members);
  }

  /** How often a network looks for one image. */
  get passes(): number {
    return this.members.reduce((sum, { views }) => sum + views.views.length, 0);
  }

  /** @param batch decoded as `part` wants it */
  async ask(part: ClassifierPart, batch: ImageBatch): Promise<MemberAnswer[]> {
    const answers: MemberAnswer[] = [];
    for (const member of part.members) answers.push(await member.answer(batch));
    return answers;
  }

  /** [image, class]. @param answers of every member, of the same images */
  combine(answers: readonly { member: OpenMember; probabilities: Float32Array }[]): Float32Array {
    const opinions = answers.map(
      ({ member, probabilities }): Opinion => ({ probabilities, weight: member.spec.weight }),
    );
    return combineOpinions(this.spec.combine, opinions, this.labels.length);
  }

  dispose(): void {
    for (const member of this.members) member.dispose();
  }
}

/** One network of a classifier. */
export class OpenMember {
  readonly spec: MemberSpec;
  readonly model: LayersModel;
  readonly preprocess: Preprocess;
  readonly views: Views;
  /** The classifier's classes; `#order` says which of the network's outputs each is. */
  readonly labels: string[];
  readonly weightsHash: string;
  readonly #order: number[] | null;
  readonly #predictor: Predictor;

  private constructor(parts: {
    spec: MemberSpec;
    model: LayersModel;
    preprocess: Preprocess;
    views: Views;
    labels: string[];
    order: number[] | null;
    weightsHash: string;
    predictor: Predictor;
  }) {
    this.spec = parts.spec;
    this.model = parts.model;
    this.preprocess = parts.preprocess;
    this.views = parts.views;
    this.labels = parts.labels;
    this.weightsHash = parts.weightsHash;
    this.#order = parts.order;
    this.#predictor = parts.predictor;
  }

  static async open(
    engine: Engine,
    spec: MemberSpec,
    viewsSpec: ViewsSpec,
    wanted: string[] | null,
  ): Promise<OpenMember> {
    const { model, preprocess, labels } = await loadMember(spec);
    const weightsHash = hashWeights(spec.folder, spec.weights);
    if (spec.hash !== null && spec.hash !== weightsHash) {
      model.dispose();
      throw new Problem(
        'weights-changed',
        `${path.join(spec.folder, spec.weights)} is no longer what the predictor was made of.`,
        'The run was trained further: make the predictor again.',
      );
    }
    const order = wanted && orderOf(labels, wanted, spec.name);
    const { version: _, normalization, ...settings } = preprocess;
    const predictor = await engine.createPredictor(model, normalization);
    const views = makeViews(viewsSpec, settings);
    return new OpenMember({ spec, model, preprocess, views, labels: wanted ?? labels, order, weightsHash, predictor });
  }

  /** @param batch decoded with `views.settings` */
  async answer(batch: ImageBatch): Promise<MemberAnswer> {
    const { views } = this.views;
    const classes = this.labels.length;
    let ms = 0;
    let plain: Float32Array | null = null;
    let plainMs = 0;
    const sum = new Float64Array(batch.size * classes);
    for (const view of views) {
      const seen = views.length === 1 ? batch : this.#draw(view.draw, batch);
      const started = performance.now();
      const probabilities = this.#inOrder(await this.#predictor.predict(seen), batch.size);
      const took = performance.now() - started;
      ms += took;
      if (!plain) {
        plain = probabilities;
        plainMs = took;
      }
      if (views.length > 1)
        probabilities.forEach((value, i) => {
          sum[i] = (sum[i] as number) + view.weight * value;
        });
    }
    const first = plain as Float32Array;
    return {
      member: this,
      probabilities: views.length > 1 ? Float32Array.from(sum) : first,
      plain: first,
      ms,
      plainMs,
    };
  }

  /** Probabilities of pixels that are the network's input already, as its own outputs are ordered for the classifier. */
  async predictInput(batch: ImageBatch): Promise<Float32Array> {
    return this.#inOrder(await this.#predictor.predict(batch), batch.size);
  }

  /** The network's output that a class of the classifier is. */
  outputOf(label: number): number {
    return this.#order ? (this.#order[label] as number) : label;
  }

  createExplainer(engine: Engine): Promise<Explainer> {
    return engine.createExplainer(this.model, this.preprocess.normalization);
  }

  dispose(): void {
    this.#predictor.dispose();
    this.model.dispose();
  }

  #draw(draw: (source: Uint8Array, target: Uint8Array) => void, { pixels, labels, size }: ImageBatch): ImageBatch {
    const { width, height } = this.preprocess;
    const channels = channelsOf(this.preprocess);
    const from = this.views.settings.width * this.views.settings.height * channels;
    const to = width * height * channels;
    const drawn = new Uint8Array(size * to);
    for (let i = 0; i < size; i++) {
      draw(pixels.subarray(i * from, (i + 1) * from), drawn.subarray(i * to, (i + 1) * to));
    }
    return { pixels: drawn, labels, size };
  }

  /** A copy: an engine may use its output's memory again. */
  #inOrder(probabilities: Float32Array, size: number): Float32Array {
    const classes = this.labels.length;
    const order = this.#order;
    if (!order) return probabilities.slice(0, size * classes);
    return Float32Array.from({ length: size * classes }, (_, i) => {
      const row = Math.floor(i / classes);
      return probabilities[row * classes + (order[i % classes] as number)] as number;
    });
  }
}

/** The network of a member with the weights it names. Needs a TensorFlow.js backend. @throws Problem `no-model`, `bad-model` */
export async function loadMember(
  spec: Pick<MemberSpec, 'folder' | 'weights'>,
): Promise<{ model: LayersModel; preprocess: Preprocess; labels: string[] }> {
  const description = await readModel(path.join(spec.folder, jobFiles.model));
  if (spec.weights !== RUN_WEIGHTS) setWeights(description.model, path.join(spec.folder, spec.weights));
  return description;
}

function setWeights(model: LayersModel, file: string): void {
  const weights = readWeights(file, model);
  model.weights.forEach((variable, i) => {
    const { shape, data } = weights[i] as NamedArray;
    const value = tensor(data, shape);
    variable.write(value);
    value.dispose();
  });
}

const CHECKPOINT_PREFIX = 'weight/';

/** A checkpoint (safetensors) or a `weights.bin` of the same network. @throws Problem `bad-model` */
export function readWeights(file: string, model: LayersModel): NamedArray[] {
  const shapes = model.weights.map(({ originalName, shape }) => ({ name: originalName, shape: shape as number[] }));
  const weights = file.endsWith('.safetensors') ? fromCheckpoint(file) : fromBinary(file, shapes);
  const fits =
    weights.length === shapes.length && weights.every(({ shape }, i) => shape.join() === shapes[i]?.shape.join());
  if (fits) return weights;
  throw new Problem(
    'bad-model',
    `${file} holds weights of another network than ${path.basename(modelFiles.model)} beside it.`,
    'Choose a checkpoint of the same run.',
  );
}

function fromCheckpoint(file: string): NamedArray[] {
  try {
    return readTensorFile(file)
      .tensors.filter(({ name }) => name.startsWith(CHECKPOINT_PREFIX))
      .map((array) => ({ ...array, name: array.name.slice(CHECKPOINT_PREFIX.length) }));
  } catch (error) {
    throw new Problem(
      'bad-model',
      `${file} can't be read: ${(error as Error).message}.`,
      'Choose another checkpoint.',
      {
        cause: error,
      },
    );
  }
}

function fromBinary(file: string, shapes: { name: string; shape: number[] }[]): NamedArray[] {
  const bytes = new Uint8Array(fs.readFileSync(file));
  const values = new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
  let offset = 0;
  return shapes.map(({ name, shape }) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const data = values.slice(offset, offset + length);
    offset += length;
    return { name, shape: data.length === length ? shape : [], data };
  });
}

function orderOf(labels: string[], wanted: string[], name: string): number[] | null {
  const order = wanted.map((label) => labels.indexOf(label));
  if (labels.length !== wanted.length || order.includes(-1)) {
    const missing = wanted.filter((label) => !labels.includes(label));
    const extra = labels.filter((label) => !wanted.includes(label));
    throw new Problem(
      'labels-differ',
      `${name} knows other classes than the first member${missing.length ? `; it lacks ${quoted(missing)}` : ''}${extra.length ? `; only it knows ${quoted(extra)}` : ''}.`,
      'Combine runs that were trained on the same classes.',
    );
  }
  return order.every((from, to) => from === to) ? null : order;
}

function quoted(names: string[]): string {
  const shown = names.slice(0, 3).map((name) => `"${name}"`);
  return names.length > 3 ? `${shown.join(', ')} and ${names.length - 3} more` : shown.join(', ');
}
