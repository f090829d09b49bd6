import path from 'node:path';
import { decodeSample, type SampleImage, samplePositions } from '../dataset/sample.ts';
import type { DataSet } from '../dataset/types.ts';
import { writeAtomic } from '../files.ts';
import { channelsOf } from '../images/preprocess.ts';
import { fsProblem } from '../jobs/fs-problem.ts';
import { Problem } from '../problem.ts';
import { assertColorsFor } from '../training/augment-colors.ts';
import { describeAugment } from '../training/augment-text.ts';
import type { RunConfig } from '../training/config.ts';
import type { InputCheck } from '../training/input-check.ts';
import { type DrawnImage, drawSample } from './draws.ts';
import { checkInputs, type TensorView } from './inputs.ts';
import { makeSheet, pictureChannels, type SheetRow } from './sheet.ts';

export interface PreviewTarget {
  config: RunConfig;
  data: DataSet;
}

export interface PreviewReport {
  /** Absolute. */
  sheet: string;
  augmentation: string[];
  classes: number;
  /** In the order of the sheet's rows. */
  images: { path: string; label: string; draws: { shares: DrawnImage['shares'] }[] }[];
}

/** @throws Problem `no-decodable-images`, `disk-full`, `no-permission` */
export async function writePreviewSheet(
  { config, data }: PreviewTarget,
  file: string,
  options: { images: number; draws: number; roll: number },
): Promise<PreviewReport> {
  const sample = await sampleOf({ config, data }, options.images);
  const { augment, input, seed } = config;
  assertColorsFor(config);
  const epochs = Array.from({ length: options.draws }, (_, i) => options.roll + i);
  const drawn = drawSample(sample, { augment, settings: input, classes: data.classes, seed, epochs });
  const channels = pictureChannels(input);
  const rows = sample.map((image, i): SheetRow => {
    const draws = (drawn[i] as DrawnImage[]).map(({ pixels, shares }, k) => ({
      pixels,
      channels,
      caption: [`epoch ${(epochs[k] as number) + 1}${othersIn(shares, image.className)}`],
    }));
    return {
      title: `${image.className}  ·  ${image.record.path}`,
      cells: [{ pixels: image.pixels, channels, caption: ['original'] }, ...draws],
    };
  });
  write(file, await makeSheet(rows, input));
  return {
    sheet: path.resolve(file),
    augmentation: describeAugment(augment),
    classes: new Set(sample.map(({ className }) => className)).size,
    images: sample.map(({ record, className }, i) => ({
      path: record.path,
      label: className,
      draws: (drawn[i] as DrawnImage[]).map(({ shares }) => ({ shares })),
    })),
  };
}

export interface InputReport {
  /** Absolute. */
  sheet: string;
  check: InputCheck;
  /** In the order of the sheet's pictures. */
  images: { path: string; label: string; min: number; mean: number; max: number }[];
}

const COLUMNS = 6;

/** @throws Problem `no-decodable-images`, `disk-full`, `no-permission` */
export async function writeInputSheet(
  { config, data }: PreviewTarget,
  file: string,
  options: { shown: number; checked: number },
): Promise<InputReport> {
  const sample = await sampleOf({ config, data }, options.checked);
  const { check, tensors } = await checkInputs(data.root, sample, config.input);
  const shown = sample.slice(0, options.shown);
  const channels = channelsOf(config.input);
  const figure = (value: number) => value.toFixed(2);
  const cells = shown.map(({ className }, i) => {
    const { pixels, min, mean, max } = tensors[i] as TensorView;
    return { pixels, channels, caption: [className, `${figure(min)} … ${figure(mean)} … ${figure(max)}`] };
  });
  const rows = Array.from({ length: Math.ceil(cells.length / COLUMNS) }, (_, row): SheetRow => {
    const title = row === 0 ? 'What the network sees, and its least, mean and largest value' : '';
    return { title, cells: cells.slice(row * COLUMNS, (row + 1) * COLUMNS) };
  });
  write(file, await makeSheet(rows, config.input));
  return {
    sheet: path.resolve(file),
    check,
    images: shown.map(({ record, className }, i) => {
      const { min, mean, max } = tensors[i] as TensorView;
      return { path: record.path, label: className, min, mean, max };
    }),
  };
}

/** ` + 34% glacier`: what another image brought into the label. */
function othersIn(shares: DrawnImage['shares'], own: string): string {
  const others = (shares ?? []).filter(({ className, share }) => className !== own && share >= 0.005);
  return others.map(({ className, share }) => ` + ${Math.round(share * 100)}% ${className}`).join('');
}

async function sampleOf({ config, data }: PreviewTarget, count: number): Promise<SampleImage[]> {
  const sample = await decodeSample(data, samplePositions(data.images, count, config.seed), config.input);
  if (sample.length > 0) return sample;
  throw new Problem(
    'no-decodable-images',
    `Not one of the images looked at in ${data.root} could be decoded.`,
    'See what loupe scan says of them, and check the files.',
  );
}

function write(file: string, bytes: Buffer): void {
  try {
    writeAtomic(path.resolve(file), bytes);
  } catch (error) {
    throw fsProblem(error, 'write', path.resolve(file));
  }
}
