import { normalizationTable } from '../../engines/eager/pixels.ts';
import type { FeatureExtractor, ImageBatch } from '../../engines/engine.ts';
import { WeightFileError } from '../weights/weight-file.ts';
import type { ExtractorOptions, FrozenInput } from './frozen-network.ts';

export interface RawOutput {
  shape: readonly number[];
  values: Float32Array;
}

/** Runs the network once. @param shape of the input, batch first, in the network's layout */
export type RunNetwork = (input: Float32Array | Uint8Array, shape: readonly number[]) => Promise<RawOutput>;

/** A network of others as a feature extractor: pixels brought into its layout, its output brought to one row an image. */
export class FrozenExtractor implements FeatureExtractor {
  readonly size: number;
  readonly #run: RunNetwork;
  readonly #input: FrozenInput;
  readonly #options: ExtractorOptions;
  readonly #table: Float32Array;
  readonly #close: () => void;

  private constructor(run: RunNetwork, input: FrozenInput, options: ExtractorOptions, size: number, close: () => void) {
    this.#run = run;
    this.#input = input;
    this.#options = options;
    this.#table = normalizationTable(options.normalization, input.channels);
    this.#close = close;
    this.size = size;
  }

  /** Tries the network on an empty picture, to know how many numbers it gives. @throws what `run` throws */
  static async create(
    run: RunNetwork,
    input: FrozenInput,
    options: ExtractorOptions,
    close: () => void,
  ): Promise<FrozenExtractor> {
    try {
      const trial = new FrozenExtractor(run, input, options, 0, () => undefined);
      const count = input.batch ?? 1;
      const rows = await trial.#features(new Uint8Array(count * trial.#pixels), count);
      return new FrozenExtractor(run, input, options, rows.length / count, close);
    } catch (error) {
      close();
      throw error;
    }
  }

  async features({ pixels, size }: ImageBatch): Promise<Float32Array> {
    const result = new Float32Array(size * this.size);
    const most = this.#input.batch ?? size;
    for (let from = 0; from < size; from += most) {
      const count = Math.min(most, size - from);
      const part = new Uint8Array(most * this.#pixels);
      part.set(pixels.subarray(from * this.#pixels, (from + count) * this.#pixels));
      const rows = await this.#features(part, most);
      result.set(rows.subarray(0, count * this.size), from * this.size);
    }
    return result;
  }

  dispose(): void {
    this.#close();
  }

  get #pixels(): number {
    return this.#options.width * this.#options.height * this.#input.channels;
  }

  async #features(pixels: Uint8Array, count: number): Promise<Float32Array> {
    const { width, height } = this.#options;
    const { channels, layout, type } = this.#input;
    const values = type === 'uint8' ? pixels : this.#normalized(pixels);
    const planar = layout === 'nchw';
    const shape = planar ? [count, channels, height, width] : [count, height, width, channels];
    const output = await this.#run(planar ? toPlanes(values, count, channels) : values, shape);
    return averaged(output, count, layout);
  }

  #normalized(pixels: Uint8Array): Float32Array {
    const { channels } = this.#input;
    const result = new Float32Array(pixels.length);
    for (let i = 0; i < pixels.length; i++)
      result[i] = this.#table[(i % channels) * 256 + (pixels[i] as number)] as number;
    return result;
  }
}

/** Tokens before those of a square picture's patches: the class; DeiT's for distillation too; DINOv2's four registers too. */
const EXTRA_TOKENS = [1, 2, 5];

/** Whether a transformer's sequence begins with a token that stands for the whole picture. */
export function hasClassToken(places: number): boolean {
  const isSquare = (count: number) => count > 0 && Number.isInteger(Math.sqrt(count));
  return !isSquare(places) && EXTRA_TOKENS.some((extra) => isSquare(places - extra));
}

/** The first of the rows of each image. */
function firstOf(values: Float32Array, images: number, size: number): Float32Array {
  const perImage = values.length / images;
  const result = new Float32Array(images * size);
  for (let image = 0; image < images; image++)
    result.set(values.subarray(image * perImage, image * perImage + size), image * size);
  return result;
}

/** A map of a square picture is square; where that does not tell, it lies as the picture did. */
function isChannelsFirst([first, second, third]: [number, number, number], layout: FrozenInput['layout']): boolean {
  if (second === third && first !== second) return true;
  if (first === second && second !== third) return false;
  return layout === 'nchw';
}

/** [image, position, channel] → [image, channel, position] */
function toPlanes<T extends Float32Array | Uint8Array>(values: T, images: number, channels: number): T {
  const result = values.slice() as T;
  const area = values.length / (images * channels);
  for (let image = 0; image < images; image++) {
    for (let i = 0; i < area; i++) {
      for (let c = 0; c < channels; c++) {
        result[(image * channels + c) * area + i] = values[(image * area + i) * channels + c] as number;
      }
    }
  }
  return result;
}

/**
 * [image, size] of an output: a map is averaged over its positions, whose axes the layout tells; of a sequence [image, place, size] its class token
 * is taken, or the average over its places where its length shows none.
 * @throws WeightFileError for an output that is not one row or more an image
 */
export function averaged({ shape, values }: RawOutput, images: number, layout: FrozenInput['layout']): Float32Array {
  const perImage = values.length / images;
  if (!Number.isInteger(perImage) || perImage === 0 || (shape[0] !== images && images !== 1)) {
    throw new WeightFileError(`its output has the shape ${shape.join(' × ')}, which is not one row an image`);
  }
  // Without an axis of images, a single one is meant.
  const axes = shape[0] === images ? shape.slice(1) : shape;
  if (axes.length < 2) return values;
  const channelsFirst = axes.length === 3 && isChannelsFirst(axes as [number, number, number], layout);
  const size = (channelsFirst ? axes[0] : axes.at(-1)) as number;
  const positions = perImage / size;
  if (axes.length === 2 && hasClassToken(positions)) return firstOf(values, images, size);
  const result = new Float32Array(images * size);
  for (let image = 0; image < images; image++) {
    for (let i = 0; i < positions; i++) {
      for (let c = 0; c < size; c++) {
        const at = image * perImage + (channelsFirst ? c * positions + i : i * size + c);
        result[image * size + c] = (result[image * size + c] as number) + (values[at] as number) / positions;
      }
    }
  }
  return result;
}
