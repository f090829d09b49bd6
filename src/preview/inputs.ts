import { deepFileMaxima } from '../dataset/deep-files.ts';
import type { SampleImage } from '../dataset/sample.ts';
import { channelsOf, convertStored, decodeSettingsOf, type Preprocess } from '../images/preprocess.ts';
import type { InputConfig } from '../training/config.ts';
import { type InputCheck, InputChecker } from '../training/input-check.ts';
import { fixedNormalization, PixelStatistics } from '../training/normalization.ts';

/** What the network sees of one image. */
export interface TensorView {
  /** [height, width, channel], each channel stretched so that its least value of all images is 0 and its largest 255. */
  pixels: Uint8Array;
  /** Of the normalised values. */
  min: number;
  mean: number;
  max: number;
}

/**
 * Decodes nothing anew: converts a sample to the network's colour space and normalises it as a run would. With `data-set`, the mean
 * and deviation are those of the sample. 16-bit files are looked at once more, for what their lower bits hold.
 * @param root of the data set.
 */
export async function checkInputs(
  root: string,
  images: readonly SampleImage[],
  input: InputConfig,
): Promise<{ check: InputCheck; tensors: TensorView[] }> {
  const converted = images.map(({ pixels }) => {
    const own = new Uint8Array(pixels);
    convertStored(own, input.color);
    return own;
  });
  const preprocess = contractOf(input, converted);
  const checker = new InputChecker(preprocess);
  for (const pixels of converted) checker.add(pixels);
  const records = images.map(({ record }) => record);
  for (const largest of await deepFileMaxima(root, records)) checker.addDeepFile(largest);
  const check = checker.result();
  return { check, tensors: converted.map((pixels) => viewOf(pixels, preprocess, check)) };
}

function contractOf(input: InputConfig, images: Uint8Array[]): Preprocess {
  const settings = decodeSettingsOf(input);
  const channels = channelsOf(settings);
  if (input.normalize !== 'data-set') {
    return { version: 1, ...settings, normalization: fixedNormalization(input.normalize, channels) };
  }
  const statistics = new PixelStatistics(channels);
  for (const pixels of images) statistics.add(pixels);
  return { version: 1, ...settings, normalization: statistics.result() };
}

function viewOf(pixels: Uint8Array, { normalization }: Preprocess, { channels }: InputCheck): TensorView {
  const count = channels.length;
  const { mean, std } = normalization;
  const out = new Uint8Array(pixels.length);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let i = 0; i < pixels.length; i++) {
    const c = i % count;
    const value = ((pixels[i] as number) / 255 - (mean[c] as number)) / (std[c] as number);
    const range = channels[c] as InputCheck['channels'][number];
    out[i] = Math.round((255 * (value - range.min)) / Math.max(1e-6, range.max - range.min));
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
  }
  return { pixels: out, min, mean: sum / pixels.length, max };
}
