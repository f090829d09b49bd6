import path from 'node:path';
import { type JournalOverlay, readOverlay, workspaceOfJob } from '../../dataset/journal/overlay.ts';
import { placeDecisions } from '../../dataset/journal/place.ts';
import { openDataSet } from '../../dataset/open.ts';
import { splitImages } from '../../dataset/split.ts';
import type { DataSet, ImageRecord, ScanProgress, SplitName } from '../../dataset/types.ts';
import { Problem } from '../../problem.ts';
import type { RunConfig } from '../../training/config.ts';
import { readRunDecisions, writeRunDecisions } from '../../training/run-decisions.ts';

/** The data of both arms, split the same way, and which held-out images their difference is measured on. */
export interface PayoffData {
  overlay: JournalOverlay;
  before: ArmData;
  after: ArmData;
  /** Content and path of a test image (`imageKey`) → its label as the edits say. Images that were excluded are not there. */
  truth: ReadonlyMap<string, string>;
  /** Those of them whose label a person has confirmed or given. */
  verified: ReadonlySet<string>;
}

export interface ArmData {
  data: DataSet;
  /** [image of data] */
  splits: SplitName[];
}

export interface PlanOptions {
  onProgress?: (progress: ScanProgress) => void;
  signal?: AbortSignal;
}

export function imageKey({ hash, path: file }: { hash: string; path: string }): string {
  return `${hash}\0${file}`;
}

/**
 * Reads the data with and without the edits, and holds the same images out of both: which, the config's seed decides, over the labels that are
 * right as far as is known. An image that was excluded may be trained on before, and measures nothing.
 * @param folder of the payoff's job
 * @throws Problem `no-edits`, `no-test-images`, and of `openDataSet`
 */
export async function openPayoffData(
  folder: string,
  { config, base }: { config: RunConfig; base: string },
  options: PlanOptions = {},
): Promise<PayoffData> {
  const source = path.resolve(base, config.data.source);
  // A payoff that goes on measures the edits it began with.
  const overlay = readRunDecisions(folder) ?? readOverlay(source, workspaceOfJob(folder));
  if (!overlay || overlay.decisions.length === 0) throw noEdits(source);
  const { format, groupPattern } = config.data;
  const before = await openDataSet(source, { format, groupPattern, ...options });
  const after = await openDataSet(source, { format, groupPattern, journal: overlay, ...options });
  if (before.fingerprint === after.fingerprint) throw noEdits(source);
  writeRunDecisions(folder, overlay);
  const splits = splitBoth(before, after, config);
  const arm = (data: DataSet): ArmData => ({
    data,
    splits: data.images.map((image) => splits.get(image.path) as SplitName),
  });
  const tested = after.images.filter((image) => splits.get(image.path) === 'test');
  if (tested.length === 0) {
    throw new Problem('no-test-images', 'Nothing is held out to measure on.', 'Raise --test.');
  }
  const truth = new Map(tested.map((image) => [imageKey(image), after.classes[image.label] as string]));
  return { overlay, before: arm(before), after: arm(after), truth, verified: verifiedOf(overlay, tested) };
}

function noEdits(source: string): Problem {
  return new Problem(
    'no-edits',
    `There are no label edits that change ${source}.`,
    'Relabel or exclude images first: the payoff compares trainings with and without that.',
  );
}

/** Path → split, of the images of both: the labels after cleaning decide the strata, and what the source brings stands. */
function splitBoth(before: DataSet, after: DataSet, { data, seed }: RunConfig): Map<string, SplitName> {
  const names = [...new Set([...before.classes, ...after.classes])];
  const labelled = (set: DataSet, image: ImageRecord) => ({
    ...image,
    label: names.indexOf(set.classes[image.label] as string),
  });
  const all = new Map(before.images.map((image) => [image.path, labelled(before, image)]));
  for (const image of after.images) all.set(image.path, labelled(after, image));
  const images = [...all.values()];
  const splits = splitImages(images, { validation: data.validation, test: data.test, seed });
  return new Map(images.map((image, at) => [image.path, splits[at] as SplitName]));
}

function verifiedOf(overlay: JournalOverlay, images: readonly ImageRecord[]): Set<string> {
  const { byImage } = placeDecisions(overlay.decisions, images);
  const isVerified = (at: number) => {
    const decision = byImage.get(at);
    return decision !== undefined && (decision.kept || decision.label !== null);
  };
  return new Set(images.filter((_, at) => isVerified(at)).map(imageKey));
}
