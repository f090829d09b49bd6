import fs from 'node:fs';
import path from 'node:path';

/** What is told of a network of timm's beside its tensors. */
export interface TimmFacts {
  /** As timm has it: `tf_efficientnet_b0`. */
  network: string;
  /** Of each colour, 0–1, from its configuration; null: not told. */
  mean: readonly number[] | null;
}

const MOST_BYTES = 2 ** 20;
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
  const told = parse(path.join(path.dirname(file), 'config.json'));
  const network = isNamedTf(file) ? name : (textIn(told.architecture) ?? name);
  return network === null ? null : { network, mean: meanIn(told.pretrained_cfg) };
}

function parse(file: string): Record<string, unknown> {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > MOST_BYTES) return {};
  try {
    return fieldsOf(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch {
    return {};
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function textIn(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function meanIn(configuration: unknown): number[] | null {
  const { mean } = fieldsOf(configuration);
  return Array.isArray(mean) && mean.every((one) => typeof one === 'number') ? mean : null;
}
