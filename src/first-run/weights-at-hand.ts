import fs from 'node:fs';
import path from 'node:path';
import { detectNetwork } from '../models/pretrained/detect.ts';
import { flavorOf } from '../models/pretrained/flavor.ts';
import { openWeightFile } from '../models/weights/open.ts';
import { isInStore, zooFile } from '../models/zoo/store.ts';
import { zoo } from '../models/zoo/table.ts';
import { Problem } from '../problem.ts';
import type { InputConfig } from '../training/config.ts';
import type { BackboneName } from './costs.ts';
import { backboneCosts } from './costs.ts';

/** Pretrained weights that lie on this machine. */
export interface WeightsAtHand {
  /** What a config names: an absolute path, or a name of the zoo. */
  weights: string;
  architecture: BackboneName;
  width: number;
  normalize: InputConfig['normalize'];
}

const ENDINGS = ['.pth', '.pt', '.safetensors', '.h5', '.keras'];
const DEEPEST = 3;
/** Files looked into at most: a folder of a thousand checkpoints is no place to search. */
const MOST_FILES = 40;
const skippedFolders = new Set(['node_modules', '.git', '.loupe', '__pycache__', 'venv', '.venv']);

/** What was downloaded or taken into the zoo, then weight files below the folders; those of unknown networks are left out. Downloads nothing. */
export function weightsAtHand(folders: readonly string[]): WeightsAtHand[] {
  const stored = zoo
    .filter((entry) => isInStore(entry))
    .map((entry) => ({ weights: entry.name, file: zooFile(entry) }));
  const files = [...new Set(folders.flatMap((folder) => weightFiles(path.resolve(folder), 0)))].slice(0, MOST_FILES);
  return [...stored, ...files.map((file) => ({ weights: file, file }))].flatMap(({ weights, file }) => {
    const found = lookInto(file);
    return found ? [{ weights, ...found }] : [];
  });
}

/** Which network a file's weights are of; null for one that is unknown, or unreadable. */
export function lookInto(file: string): Omit<WeightsAtHand, 'weights'> | null {
  try {
    const opened = openWeightFile(file);
    const network = detectNetwork(opened);
    opened.close();
    if (!network || !isBackbone(network.architecture)) return null;
    // A training would refuse it.
    if (network.flavor !== flavorOf({ architecture: network.architecture, weights: file })) return null;
    return { architecture: network.architecture, width: network.width, normalize: network.input };
  } catch (error) {
    if (error instanceof Problem) return null;
    throw error;
  }
}

function isBackbone(name: string): name is BackboneName {
  return name in backboneCosts;
}

function weightFiles(folder: string, depth: number): string[] {
  let entries: fs.Dirent[];
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
  const files = entries.filter((entry) => entry.isFile() && ENDINGS.some((ending) => entry.name.endsWith(ending)));
  const folders =
    depth < DEEPEST ? entries.filter((entry) => entry.isDirectory() && !skippedFolders.has(entry.name)) : [];
  return [
    ...files.map(({ name }) => path.join(folder, name)).sort(),
    ...folders.flatMap(({ name }) => weightFiles(path.join(folder, name), depth + 1)),
  ];
}
