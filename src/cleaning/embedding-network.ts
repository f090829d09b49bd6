import fs from 'node:fs';
import path from 'node:path';
import { listRuns, runFolders } from '../jobs/list.ts';
import { readJob } from '../jobs/read.ts';
import { detectNetwork } from '../models/pretrained/detect.ts';
import { openWeightFile } from '../models/weights/open.ts';
import { isInStore, zooFile } from '../models/zoo/store.ts';
import { zoo } from '../models/zoo/table.ts';

/** What is to describe the images. */
export interface NetworkChoice {
  /** File of weights or folder of a run; null: nothing is at hand, a network has to be trained. */
  source: string | null;
  /** Why it was chosen, as a sentence. */
  reason: string;
}

const weightFile = /\.(pth|pt|safetensors|h5|keras)$/i;
/** Smaller networks first: they describe images nearly as well in a fraction of the time. */
const preferred = ['mobilenet-v2-v2', 'mobilenet-v2', 'efficientnet-b0', 'resnet18', 'resnet50-v2', 'resnet50'];

/**
 * The best network at hand, without any download: weights of the zoo that are on this machine, weights that runs of this workspace began
 * with or that lie in it, then the most accurate run on the same data.
 * @param workspace absolute; @param source absolute data set
 */
export async function networkAtHand(workspace: string, source: string): Promise<NetworkChoice> {
  const stored = zoo
    .filter((entry) => isInStore(entry))
    .sort((a, b) => rankOf(a.name) - rankOf(b.name) || a.mebibytes - b.mebibytes)[0];
  if (stored) return { source: zooFile(stored), reason: `${stored.name} of the zoo is on this machine` };
  const runsFolder = path.join(workspace, '.loupe', 'runs');
  const begun = weightsOfRuns(runsFolder);
  if (begun) return { source: begun, reason: 'a run of this workspace began with these weights' };
  const lying = weightsIn(workspace);
  if (lying) return { source: lying, reason: 'these weights lie in the workspace' };
  const run = await bestRun(runsFolder, source);
  if (run) {
    return {
      source: run,
      reason:
        'this run is the most accurate on this data; it has learnt these very labels, which hides some wrong ones',
    };
  }
  return { source: null, reason: 'no pretrained weights and no run are at hand' };
}

function rankOf(name: string): number {
  const at = preferred.indexOf(name);
  return at < 0 ? preferred.length : at;
}

function weightsOfRuns(runsFolder: string): string | null {
  for (const folder of runFolders(runsFolder).reverse()) {
    try {
      const { config, base } = readJob(folder);
      if (!config.model.weights) continue;
      const file = path.resolve(base, config.model.weights);
      if (isKnownNetwork(file)) return file;
    } catch {
      // A damaged run has nothing to offer.
    }
  }
  return null;
}

function weightsIn(workspace: string): string | null {
  for (const folder of [workspace, path.join(workspace, 'weights'), path.join(workspace, 'models')]) {
    const names = fs.existsSync(folder) ? fs.readdirSync(folder).filter((name) => weightFile.test(name)) : [];
    const found = names
      .sort()
      .map((name) => path.join(folder, name))
      .find(isKnownNetwork);
    if (found) return found;
  }
  return null;
}

function isKnownNetwork(file: string): boolean {
  try {
    const weights = openWeightFile(file);
    try {
      return detectNetwork(weights) !== null;
    } finally {
      weights.close();
    }
  } catch {
    return false;
  }
}

async function bestRun(runsFolder: string, source: string): Promise<string | null> {
  const { runs } = await listRuns(runsFolder);
  const fitting = runs.filter(({ folder, hasModel }) => {
    if (!hasModel) return false;
    try {
      const { config, base } = readJob(folder);
      return path.resolve(base, config.data.source) === source;
    } catch {
      return false;
    }
  });
  const best = fitting.sort((a, b) => (b.validationAccuracy ?? 0) - (a.validationAccuracy ?? 0))[0];
  return best?.folder ?? null;
}
