import path from 'node:path';
import { fieldOf } from '../../jobs/record.ts';
import { readJsonBeside } from './json-beside.ts';

/** What is told of a network of timm's beside its tensors. */
export interface TimmFacts {
  /** As timm has it: `tf_efficientnet_b0`. */
  network: string;
  /** Of each colour, 0–1, from its configuration; null: not told. */
  mean: readonly number[] | null;
}

/** Of the file, of a folder that it is in, or of one as Hugging Face's cache names them: `models--timm--tf_efficientnet_b0.in1k`. */
const named = /(?:^|[\\/])(?:models--[^\\/]*--)?((?:tf_)?(?:mobilenetv3|efficientnet)_[a-z0-9_]+)/gi;

/** The last name of a network of timm's in a path; null: there is none. */
export function timmNameIn(file: string): string | null {
  return [...file.matchAll(named)].at(-1)?.[1]?.toLowerCase() ?? null;
}

/** Whether a path says that a network is one of those that timm took over from TensorFlow. */
export function isNamedTf(file: string): boolean {
  return timmNameIn(file)?.startsWith('tf_') ?? false;
}

/** By the path, if it names a network of TensorFlow's, else by the `config.json` that timm puts beside its weights, else by the path. */
export function readTimmFacts(file: string): TimmFacts | null {
  const name = timmNameIn(file);
  const told = readJsonBeside(path.join(path.dirname(file), 'config.json'));
  const network = isNamedTf(file) ? name : (textIn(fieldOf(told, 'architecture')) ?? name);
  return network === null ? null : { network, mean: meanIn(fieldOf(told, 'pretrained_cfg')) };
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function meanIn(configuration: unknown): number[] | null {
  const mean = fieldOf(configuration, 'mean');
  return Array.isArray(mean) && mean.every((one) => typeof one === 'number') ? mean : null;
}
