import type { SkipCause } from '../dataset/types.ts';
import { chooseEngine } from '../engines/choose.ts';
import type { Engine, EngineInfo, ImageBatch } from '../engines/engine.ts';
import { DecodeFailure } from '../images/decode-failure.ts';
import type { DecodeSettings } from '../images/preprocess.ts';
import type { EngineConfig } from '../training/config.ts';
import { decodeInput, type ImageInput } from './image-input.ts';
import { withTemperature } from './metrics/temperature.ts';
import { topK } from './metrics.ts';
import { readTemperature, weightsKey } from './predictor/calibration-file.ts';
import { Classifier } from './predictor/classifier.ts';
import { readSubject } from './predictor/spec.ts';
import type { ViewsSpec } from './predictor/views.ts';

export interface SessionOptions {
  engine?: EngineConfig;
  /** In place of the subject's own, where they are any. */
  views?: ViewsSpec;
  /** Apply the temperature that is kept beside the model, if there is one; default true. */
  calibrated?: boolean;
}

export interface ClassProbability {
  label: string;
  probability: number;
}

export type ImagePrediction =
  | { path: string; top: ClassProbability[] }
  | { path: string; skipped: SkipCause; message: string };

const plainEngine: EngineConfig = { name: 'auto', threads: 0, adapter: '', precision: 'float32' };

/** A run or predictor that stays loaded: it answers as often as it is asked. Calls must not overlap. */
export class PredictSession {
  readonly classifier: Classifier;
  readonly engine: Engine;
  /** What the probabilities are tempered with; null: as the network gives them. */
  readonly temperature: number | null;

  private constructor(classifier: Classifier, engine: Engine, temperature: number | null) {
    this.classifier = classifier;
    this.engine = engine;
    this.temperature = temperature;
  }

  /** @throws Problem `no-model`, `bad-model`, `bad-predictor`, `weights-changed`, or where no engine runs here */
  static async open(subject: string, options: SessionOptions = {}): Promise<PredictSession> {
    const own = readSubject(subject);
    const { views } = options;
    const spec = views && views.name !== 'none' ? { ...own, views } : own;
    const { engine } = await chooseEngine(options.engine ?? plainEngine);
    try {
      const classifier = await Classifier.open(engine, spec);
      const hashes = classifier.members.map(({ weightsHash }) => weightsHash);
      const temperature = options.calibrated === false ? null : readTemperature(subject, weightsKey(hashes, spec));
      return new PredictSession(classifier, engine, temperature);
    } catch (error) {
      await engine.dispose();
      throw error;
    }
  }

  get labels(): string[] {
    return this.classifier.labels;
  }

  get info(): EngineInfo {
    return this.engine.info;
  }

  /** Classifies one batch; what can't be decoded is told with its cause. @param top classes of each image, likeliest first */
  async classify(inputs: readonly ImageInput[], top: number): Promise<ImagePrediction[]> {
    const { parts } = this.classifier;
    const settings = parts.map((part) => part.settings);
    const decoded = await Promise.all(inputs.map((input) => decodeOrSkip(input, settings)));
    const good = decoded.filter((result) => 'pixels' in result);
    const rows = good.length ? await this.#probabilities(good) : new Float32Array();
    const classes = this.labels.length;
    let row = 0;
    return decoded.map((result) => {
      if (!('pixels' in result)) return result;
      const probabilities = rows.subarray(row * classes, (row + 1) * classes);
      row++;
      const best = topK(probabilities, Math.min(top, classes));
      return {
        path: result.path,
        top: best.map((at) => ({ label: this.labels[at] as string, probability: probabilities[at] as number })),
      };
    });
  }

  async close(): Promise<void> {
    this.classifier.dispose();
    await this.engine.dispose();
  }

  async #probabilities(decoded: DecodedInput[]): Promise<Float32Array> {
    const answers = [];
    for (const [at, part] of this.classifier.parts.entries()) {
      const pixels = decoded.map((input) => input.pixels[at] as Uint8Array);
      answers.push(...(await this.classifier.ask(part, batchOf(pixels))));
    }
    const combined = this.classifier.combine(answers);
    if (this.temperature === null) return combined;
    return withTemperature(combined, this.labels.length, this.temperature);
  }
}

interface DecodedInput {
  path: string;
  /** [part] */
  pixels: Uint8Array[];
}

type SkippedInput = Extract<ImagePrediction, { skipped: SkipCause }>;

async function decodeOrSkip(
  input: ImageInput,
  settings: readonly DecodeSettings[],
): Promise<DecodedInput | SkippedInput> {
  try {
    return { path: input.path, pixels: await decodeInput(input, settings) };
  } catch (error) {
    if (!(error instanceof DecodeFailure)) throw error;
    return { path: input.path, skipped: error.skipCause, message: error.message };
  }
}

/** Images of one size, one after the other. */
export function batchOf(images: readonly Uint8Array[]): ImageBatch {
  const bytes = images[0]?.length ?? 0;
  const pixels = new Uint8Array(bytes * images.length);
  images.forEach((image, i) => {
    pixels.set(image, i * bytes);
  });
  return { pixels, labels: new Int32Array(images.length), size: images.length };
}
