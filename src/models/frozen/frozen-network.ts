import type { Engine, FeatureExtractor } from '../../engines/engine.ts';
import type { Normalization } from '../../images/preprocess.ts';
import type { ToldInput } from './preprocessor-file.ts';

export type FrozenFormat = 'onnx' | 'tfjs-layers' | 'tfjs-graph' | 'saved-model';

/** How pixels of 0–255 become what such a network sees. */
export type FrozenNormalize = 'zero-one' | 'minus-one-one' | 'imagenet' | 'caffe' | 'clip' | 'zero-255';

export interface FrozenInput {
  name: string;
  /** Pixels; null: any. */
  height: number | null;
  width: number | null;
  channels: 1 | 3;
  layout: 'nchw' | 'nhwc';
  type: 'float32' | 'uint8';
  /** Images at once; null: any number. */
  batch: number | null;
}

export interface FrozenOutput {
  name: string;
  /** null: any length. */
  shape: (number | null)[];
}

/** A network of any kind that is run as it is, to describe images; nothing in it is trained. */
export interface FrozenNetwork {
  format: FrozenFormat;
  input: FrozenInput;
  outputs: FrozenOutput[];
  /** The output, or value inside, that describes an image unless another is named. */
  features: string;
  /** What was guessed from the file about its input. */
  normalize: FrozenNormalize;
  /** What is written beside it, or in it, about its input, which goes before the guess; null: nothing. */
  told: ToldInput | null;
  /** What the file says that it is; null: nothing. */
  about: string | null;
  /** Names of the classes that it tells apart, as far as the file has them. */
  classes: string[] | null;
  /** Why its layers can't be trained; null: they can, as the architecture `layers-model`. */
  reasonAgainstTraining: string | null;
  /**
   * Its features: [size] an image, a spatial output averaged over its positions, of a sequence the class token, or the average without one.
   * @param output name of an output or of a value inside
   * @throws Problem `unknown-output`, `bad-weights-file`, `needs-tensorflow`
   */
  createExtractor(engine: Engine, options: ExtractorOptions): Promise<FeatureExtractor>;
}

export interface ExtractorOptions {
  /** Pixels of an image. */
  width: number;
  height: number;
  normalization: Normalization;
  output: string;
}

/** OpenAI's statistics of the pictures that CLIP was trained on. */
const clip = { mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] };

/** The normalisations that no config has. */
export function frozenNormalization(normalize: 'clip' | 'zero-255', channels: 1 | 3): Normalization {
  if (normalize === 'zero-255') return { mean: new Array(channels).fill(0), std: new Array(channels).fill(1 / 255) };
  const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return channels === 3 ? structuredClone(clip) : { mean: [average(clip.mean)], std: [average(clip.std)] };
}
