import path from 'node:path';
import type { Normalization } from '../../images/preprocess.ts';
import { readJsonBeside } from '../weights/json-beside.ts';

/** What is written down about a network's input. */
export interface ToldInput {
  /** Name of the file that says so. */
  by: string;
  /** null: not told. */
  normalization: Normalization | null;
  /** Pixels; null: not told. */
  side: number | null;
}

const fileName = 'preprocessor_config.json';
const MOST_SIDE = 4096;

/**
 * Reads Hugging Face's `preprocessor_config.json` beside a network, or a folder above it, where its hub has it. null: there is none, or none
 * that is about pictures of `channels` channels.
 */
export function readPreprocessorFile(network: string, channels: number): ToldInput | null {
  const folder = path.dirname(network);
  for (const place of [folder, path.dirname(folder)]) {
    const value = readJsonBeside(path.join(place, fileName));
    if (value) return { by: fileName, normalization: normalizationIn(value, channels), side: sideIn(value) };
  }
  return null;
}

/** Theirs is (pixel · rescale_factor − mean) / std, ours (pixel / 255 − mean) / std. */
function normalizationIn(value: Record<string, unknown>, channels: number): Normalization | null {
  const isNormalized = value.do_normalize !== false;
  const mean = isNormalized ? numbersIn(value.image_mean, channels) : new Array<number>(channels).fill(0);
  const std = isNormalized ? numbersIn(value.image_std, channels) : new Array<number>(channels).fill(1);
  if (!mean || !std || std.some((one) => !(one > 0))) return null;
  const factor = typeof value.rescale_factor === 'number' ? value.rescale_factor : 1 / 255;
  const scale = 255 * (value.do_rescale === false ? 1 : factor);
  if (!(scale > 0)) return null;
  return { mean: mean.map((one) => rounded(one / scale)), std: std.map((one) => rounded(one / scale)) };
}

/** Of what a division by a number that was one over 255 leaves. */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}

function numbersIn(value: unknown, count: number): number[] | null {
  const list = Array.isArray(value) ? value : null;
  return list?.length === count && list.every((one) => typeof one === 'number' && Number.isFinite(one)) ? list : null;
}

/** What is cut out, else what is resized to. */
function sideIn(value: Record<string, unknown>): number | null {
  const cropped = value.do_center_crop === false ? null : lengthIn(value.crop_size);
  return cropped ?? (value.do_resize === false ? null : lengthIn(value.size));
}

function lengthIn(value: unknown): number | null {
  if (typeof value === 'object' && value !== null) {
    const { height, width, shortest_edge: shortest } = value as Record<string, unknown>;
    return lengthIn(height === width ? (height ?? shortest) : null);
  }
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= MOST_SIDE ? (value as number) : null;
}
