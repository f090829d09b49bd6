import { type ColorSpace, channelsOf, type Normalization, type Preprocess } from '../images/preprocess.ts';
import { LEAST_STD } from './normalization.ts';

/** One channel of what the network sees, over all images looked at, after normalisation. */
export interface ChannelRange {
  name: string;
  min: number;
  mean: number;
  max: number;
  std: number;
}

export interface InputFinding {
  /** kebab-case, stable, e.g. `input-already-scaled`. */
  code: string;
  message: string;
}

export interface InputCheck {
  images: number;
  channels: ChannelRange[];
  /** Empty: nothing looks wrong. */
  findings: InputFinding[];
}

const channelNames: Record<ColorSpace, string[] | undefined> = {
  bands: undefined,
  rgba: ['red', 'green', 'blue', 'alpha'],
  rgb: ['red', 'green', 'blue'],
  grey: ['grey'],
  hsv: ['hue', 'saturation', 'value'],
  lab: ['L*', 'a*', 'b*'],
};

/** Images are called black or white when no pixel is more than this many levels away from it. */
const BLANK = 3;
const MANY = 0.05;
/** Share of the values at the end of the range that looks like clipping. */
const CLIPPED = 0.3;

/** Looks at decoded images as the network gets them: ranges of each channel, and what seems wrong with their scaling. */
export class InputChecker {
  readonly #preprocess: Preprocess;
  readonly #histograms: Float64Array[];
  #images = 0;
  #black = 0;
  #white = 0;
  #grey = 0;
  /** Bit depth of 16-bit files that was looked at, largest value in them. */
  #deepFiles = 0;
  #darkDeepFiles = 0;

  constructor(preprocess: Preprocess) {
    this.#preprocess = preprocess;
    this.#histograms = Array.from({ length: channelsOf(preprocess) }, () => new Float64Array(256));
  }

  /** @param pixels [height, width, channel] of one image, in the contract's colour space. */
  add(pixels: Uint8Array): void {
    const channels = this.#histograms.length;
    let least = 255;
    let most = 0;
    let isGrey = channels === 3;
    for (let i = 0; i < pixels.length; i++) {
      const value = pixels[i] as number;
      const histogram = this.#histograms[i % channels] as Float64Array;
      histogram[value] = (histogram[value] as number) + 1;
      if (value < least) least = value;
      if (value > most) most = value;
      if (isGrey && value !== pixels[i - (i % channels)]) isGrey = false;
    }
    this.#images++;
    if (most <= BLANK) this.#black++;
    if (least >= 255 - BLANK) this.#white++;
    if (isGrey) this.#grey++;
  }

  /** Of a file with 16 bits a channel. @param largest value in it, 0–65535. */
  addDeepFile(largest: number): void {
    this.#deepFiles++;
    if (largest < 4096) this.#darkDeepFiles++;
  }

  result(): InputCheck {
    const { mean, std } = this.#preprocess.normalization;
    const channels = this.#histograms.map((histogram, c) => {
      const scale = (level: number) => (level / 255 - (mean[c] as number)) / (std[c] as number);
      const { least, average, most, deviation } = momentsOf(histogram);
      return {
        name: channelNames[this.#preprocess.color]?.[c] ?? `band ${c + 1}`,
        min: scale(least),
        mean: scale(average),
        max: scale(most),
        std: deviation / 255 / (std[c] as number),
      };
    });
    return { images: this.#images, channels, findings: this.#images === 0 ? [] : this.#findings(channels) };
  }

  #findings(channels: ChannelRange[]): InputFinding[] {
    const findings: InputFinding[] = [];
    const find = (code: string, message: string) => findings.push({ code: `input-${code}`, message });
    const count = this.#images;
    const moments = this.#histograms.map(momentsOf);
    const largest = Math.max(...moments.map(({ most }) => most));
    const isRgb = this.#preprocess.color === 'rgb' || this.#preprocess.color === 'grey';
    if (this.#darkDeepFiles > 0) {
      find(
        'deep-dark',
        `${this.#darkDeepFiles} of ${this.#deepFiles} 16-bit files use fewer than 12 bits, as cameras and scanners write them: brought to 8 bits they are nearly black. Stretch them to 16 bits first.`,
      );
    } else if (isRgb && largest === 1) {
      find(
        'already-scaled',
        `No pixel of ${count} images is above 1 of 255: they look as if they had been divided by 255 before they were saved, and the network sees next to nothing. Save them as 0–255.`,
      );
    } else if (isRgb && largest > BLANK && largest < 32) {
      find(
        'dark',
        `No pixel of ${count} images is above ${largest} of 255: the network sees an eighth of its range or less. Check how the images were saved.`,
      );
    }
    if (this.#black > MANY * count && largest !== 1) {
      find('black', `${this.#black} of ${count} images are black.`);
    }
    if (this.#white > MANY * count) find('white', `${this.#white} of ${count} images are white.`);
    const constant = channels.filter((_, c) => (moments[c] as Moments).deviation <= LEAST_STD * 255);
    if (constant.length > 0 && findings.length === 0 && this.#grey < count) {
      find(
        'constant-channel',
        `${constant.map(({ name }) => name).join(' and ')} ${constant.length === 1 ? 'has' : 'have'} one and the same value in all ${count} images: nothing can be learnt from it.`,
      );
    }
    const clipped = this.#histograms.some((histogram, c) => {
      const { total, most, least } = moments[c] as Moments;
      const top = most === 255 ? (histogram[255] as number) / total : 0;
      const inner = total - (histogram[255] as number) - (histogram[0] as number);
      return isRgb && top > CLIPPED && inner > 0 && least < 255 && this.#white < MANY * count;
    });
    if (clipped) {
      find(
        'clipped',
        `Nearly a third or more of a channel's values are exactly 255 over ${count} images: bright parts may have been clipped when the images were saved (or their background is white).`,
      );
    }
    if (this.#grey === count && this.#preprocess.color === 'rgb' && findings.length === 0) {
      find('grey', `All of ${count} images are grey: "input.color": "grey" gives the same with a third of the input.`);
    }
    if (!isCaffe(this.#preprocess.normalization)) findings.push(...scalingFindings(channels, findings));
    return findings;
  }
}

/** Pretrained networks from Caffe saw values up to 150. */
function isCaffe({ std }: Normalization): boolean {
  return std.every((value) => value === 1 / 255);
}

/** What no sensible normalisation gives, unless the pixels themselves are to blame. */
function scalingFindings(channels: ChannelRange[], earlier: InputFinding[]): InputFinding[] {
  if (earlier.some(({ code }) => code !== 'input-grey' && code !== 'input-clipped')) return [];
  const off = channels.filter(({ mean, std }) => Math.abs(mean) > 4 || std > 5 || std < 0.02);
  if (off.length === 0) return [];
  const shown = off.map(({ name, mean, std }) => `${name} ${figure(mean)} ± ${figure(std)}`).join(', ');
  return [
    {
      code: 'input-scaling',
      message: `After normalisation a channel should lie about 0 with a spread of about 1; here: ${shown}. Try "input.normalize": "data-set".`,
    },
  ];
}

interface Moments {
  least: number;
  average: number;
  most: number;
  deviation: number;
  total: number;
}

function momentsOf(histogram: Float64Array): Moments {
  const total = histogram.reduce((sum, count) => sum + count, 0);
  const average = histogram.reduce((sum, count, level) => sum + count * level, 0) / total;
  const squares = histogram.reduce((sum, count, level) => sum + count * (level - average) ** 2, 0);
  return {
    least: histogram.findIndex((count) => count > 0),
    average,
    most: histogram.findLastIndex((count) => count > 0),
    deviation: Math.sqrt(squares / total),
    total,
  };
}

function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
