import path from 'node:path';
import { openCatalogue } from '../../catalogue/open-catalogue.ts';
import { styleNotes, styleNoteText } from '../../catalogue/style-notes.ts';
import { openDataSet } from '../../dataset/open.ts';
import { wasmMaker } from '../../engines/wasm/maker.ts';
import { loadConfigFile } from '../../jobs/config-file.ts';
import { type IssuesJob, readIssuesJob } from '../../jobs/issues-job.ts';
import { findRecipe, recipeConfig } from '../../jobs/recipes/recipe.ts';
import { type JobOutcome, type JobSession, runJobSession, scanReporter } from '../../training/job-session.ts';
import type { DuplicatePair } from '../duplicates/find.ts';
import { networkAtHand } from '../embedding-network.ts';
import { crossFit } from '../labels/cross-fit.ts';
import { copyAwareFolds } from '../labels/folds.ts';
import { likelyLabels, together } from '../labels/judges.ts';
import { StepStore, stepKey } from '../step-store.ts';
import { embed, findNeighbours } from './describe.ts';
import { findDuplicates } from './find-duplicates.ts';
import { type LabelledImages, type LabelProbabilities, labelledAmong, writeLabelIssues } from './find-labels.ts';
import { findLeaks } from './find-leaks.ts';
import { findOutliers } from './find-outliers.ts';
import { findSpurious } from './find-spurious.ts';
import { trainFolds } from './fold-trainings.ts';
import { listFindings } from './list-findings.ts';
import { measureImages } from './measure.ts';
import { placeOnMap } from './place-on-map.ts';
import { type DescribedImages, type Search, StepClock } from './search.ts';
import { TUNED_FOLDS, tunedConfig, tunedJudge } from './tuned-judge.ts';

/** What is trained to describe the images where nothing else is at hand, and in how many folds. */
const OWN_RECIPE = 'quick';
const OWN_FOLDS = 3;

/**
 * Does the search of a job's folder: what is found is written into the data set's catalogue, listed in `findings.jsonl` and summed up in
 * `report.json`; what happens is in the events.
 * @throws Problem `not-a-search`, `bad-job`, `run-locked`, or where not even the events can be written
 */
export async function runIssuesJob(folder: string, options: { signal?: AbortSignal } = {}): Promise<JobOutcome> {
  const job = readIssuesJob(folder);
  return await runJobSession(folder, options.signal, (session) => search(job, session));
}

async function search(job: IssuesJob, { folder, events, stop }: JobSession): Promise<'done' | 'stopped'> {
  const started = performance.now();
  const onProgress = scanReporter(events);
  const catalogue = await openCatalogue(job.source, { workspace: job.workspace, onProgress, signal: stop.signal });
  try {
    const data = await openDataSet(job.source, { purpose: 'look', signal: stop.signal });
    events.append({ kind: 'status', state: 'running', pid: process.pid });
    const all = [...catalogue.images()];
    const records = new Map(data.images.map((record) => [record.path, record]));
    const images = all.flatMap((image) => {
      const record = records.get(image.path);
      return record && !image.isLeftOut ? [{ ...image, record }] : [];
    });
    const shared: Search = {
      folder: path.resolve(folder),
      job,
      catalogue,
      data,
      images,
      store: new StepStore(),
      events,
      stop,
      steps: new StepClock(events),
      notes: [],
    };
    await measureImages(shared);
    const ofStyle = styleNotes(catalogue).filter(({ kind }) => job.settings.kinds.includes(kind));
    shared.notes.push(...ofStyle.map(styleNoteText));
    const found = await findAll(shared);
    stop.signal.throwIfAborted();
    await listFindings(shared, found, { leftOut: all.length - images.length, started });
    return 'done';
  } finally {
    catalogue.close();
  }
}

/** What `findAll` leaves for the report. */
export interface Found {
  pairs: DuplicatePair[];
  network: string | null;
  labelled: LabelledImages | null;
  probabilities: LabelProbabilities | null;
  leaks: Awaited<ReturnType<typeof findLeaks>>;
  map: 'pca' | 'umap' | null;
}

/** Embeddings first, since the search for copies looks at neighbours; then copies, since folds keep them together. */
async function findAll(search: Search): Promise<Found> {
  const { job, images } = search;
  const { settings } = job;
  const trained = settings.embeddings ? await trainingsFor(search) : null;
  const choice = settings.embeddings ? await chooseNetwork(search, trained) : null;
  const embedded = choice ? await embed(search, choice) : null;
  const { described, pairs, labelled, folds, probe } = await onBackend(search, async () => {
    const near = embedded && embedded.rows.length > 2 ? await findNeighbours(search, embedded) : null;
    const copies = await findDuplicates(search, near);
    if (near) await findOutliers(search, near);
    const known = labelledAmong(images, near?.rows ?? images.keys());
    const parts = known.classes.length > 1 ? foldsOf(search, known, copies, settings.folds) : null;
    const isProbed = near && parts && !trained;
    return {
      described: near,
      pairs: copies,
      labelled: known,
      folds: parts,
      probe: isProbed ? await probeLabels(search, known, parts, near) : null,
    };
  });
  const tuned = settings.tune && choice && probe ? await tune(search, choice, labelled, pairs, probe) : null;
  const judged = trained ?? (probe && { labelled, found: tuned ?? probe });
  return await onBackend(search, async () => {
    if (judged) writeLabelIssues(search, judged.labelled, judged.found);
    if (folds) await findSpurious(search, labelled, folds);
    const leaks = await findLeaks(search, pairs, folds ? labelled : null, described);
    const map = described && settings.map !== 'none' ? await placeOnMap(search, described) : null;
    return {
      pairs,
      network: described?.network ?? null,
      labelled: judged?.labelled ?? null,
      probabilities: judged?.found ?? null,
      leaks,
      map,
    };
  });
}

/** The probe, and the network itself after more training on what the probe takes for the labels; null: it can't be trained. */
async function tune(
  search: Search,
  weights: string,
  labelled: LabelledImages,
  pairs: readonly DuplicatePair[],
  probe: LabelProbabilities,
): Promise<LabelProbabilities | null> {
  const scored = { classes: labelled.classes.length, labels: labelled.labels, probabilities: probe.probabilities };
  const config = await onBackend(search, async () =>
    tunedConfig(weights, search.job, { classes: scored.classes, images: scored.labels.length }),
  );
  if (!config) {
    search.notes.push(`${weights} can't be trained further: labels were judged by a probe on it alone.`);
    return null;
  }
  const folds = foldsOf(search, labelled, pairs, TUNED_FOLDS);
  const tuned = await tunedJudge(search, config, { ...labelled, labels: likelyLabels(scored) }, folds);
  const { probabilities } = together(scored, tuned.probabilities, tuned.there);
  const how = `${probe.how} and ${TUNED_FOLDS} trainings of it, each with a part held out`;
  return { ...probe, probabilities, how };
}

/** With an active TensorFlow.js backend, which trainings in between would be in the way of. */
async function onBackend<Result>({ job }: Search, work: () => Promise<Result>): Promise<Result> {
  const backend = await wasmMaker.start({ threads: job.engine.threads });
  try {
    return await work();
  } finally {
    await backend.dispose();
  }
}

interface Trained {
  labelled: LabelledImages;
  found: LabelProbabilities;
  /** Whose network can describe the images. */
  run: string;
}

/** Trainings with a fold held out: those that `retrain` asks for, or small ones where there is no other network; null: neither. */
async function trainingsFor(search: Search): Promise<Trained | null> {
  const { job, images, notes } = search;
  const { retrain, weights, folds: wanted } = job.settings;
  const isAsked = retrain !== null;
  if (!isAsked && (weights !== null || (await networkAtHand(job.workspace, job.source)).source !== null)) return null;
  const labelled = labelledAmong(images, images.keys());
  if (labelled.classes.length < 2) return null;
  const { config, base } = isAsked
    ? await loadConfigFile(retrain)
    : { config: recipeConfig(findRecipe(OWN_RECIPE, [])), base: job.workspace };
  const count = isAsked ? wanted : OWN_FOLDS;
  // Copies are found later, with the network that is trained now: byte-identical ones and groups stay together until then.
  const folds = copyAwareFolds(foldedImages(search, labelled), [], count, job.settings.seed);
  const { probabilities, there, run } = await trainFolds(
    search,
    { ...config, engine: job.engine },
    base,
    labelled,
    folds,
  );
  const how = `${count} trainings of ${isAsked ? path.basename(retrain) : `a ${config.model.architecture}`}, each with a fold held out`;
  if (!isAsked) {
    notes.push(
      'No pretrained network was at hand, so small ones were trained on these images. Label issues and near copies come out better with one: loupe zoo get mobilenet-v2, or --weights <file>.',
    );
  }
  return { ...predictedOnly(labelled, probabilities, there, how), run };
}

/** Without the images of which nothing could be predicted. */
function predictedOnly(
  { classes, positions, labels, given }: LabelledImages,
  probabilities: Float32Array,
  there: Uint8Array,
  how: string,
): Omit<Trained, 'run'> {
  const kept = Uint32Array.from([...there.keys()].filter((at) => there[at]));
  const rows = new Float32Array(kept.length * classes.length);
  kept.forEach((at, i) => {
    rows.set(probabilities.subarray(at * classes.length, (at + 1) * classes.length), i * classes.length);
  });
  return {
    labelled: {
      classes,
      positions: kept.map((at) => positions[at] as number),
      labels: Int32Array.from(kept, (at) => labels[at] as number),
      given: Int32Array.from(kept, (at) => given[at] as number),
    },
    found: { probabilities: rows, how, network: how },
  };
}

async function chooseNetwork({ job, notes }: Search, trained: Trained | null): Promise<string | null> {
  if (job.settings.weights !== null) return job.settings.weights;
  const { source, reason } = await networkAtHand(job.workspace, job.source);
  if (source === null) return trained?.run ?? null;
  notes.push(`Images were described by ${source}: ${reason}.`);
  return source;
}

/** Out-of-fold probabilities by a probe on what describes the images. */
async function probeLabels(
  { steps, store, stop, job }: Search,
  { classes: names, positions, labels }: LabelledImages,
  folds: Uint8Array,
  { features: all, size, rows, key: network, network: name }: DescribedImages,
): Promise<LabelProbabilities> {
  return await steps.run('labels', async (progress) => {
    const classes = names.length;
    const key = stepKey(3, network, names, [...labels], [...folds]);
    const before = store.read('labels', key)?.tensors[0]?.data;
    const kept = before?.length === labels.length * classes;
    let probabilities = before;
    if (!probabilities || !kept) {
      const rowOf = new Map(Array.from(rows, (image, row) => [image, row]));
      const features = new Float32Array(labels.length * size);
      positions.forEach((image, at) => {
        const row = rowOf.get(image) as number;
        features.set(all.subarray(row * size, (row + 1) * size), at * size);
      });
      const options = { classes, folds, onProgress: progress, signal: stop.signal };
      probabilities = crossFit(features, size, labels, options).probabilities;
      store.write('labels', key, {
        tensors: [{ name: 'probabilities', shape: [labels.length, classes], data: probabilities }],
        metadata: {},
      });
    }
    return { result: { probabilities, how: `${job.settings.folds}-fold probe on ${name}`, network: name }, kept };
  });
}

function foldsOf(search: Search, labelled: LabelledImages, pairs: readonly DuplicatePair[], folds: number): Uint8Array {
  const at = new Map(Array.from(labelled.positions, (image, i) => [image, i]));
  const own = pairs.flatMap(({ a, b }) => {
    const [x, y] = [at.get(a), at.get(b)];
    return x === undefined || y === undefined ? [] : [{ a: x, b: y }];
  });
  return copyAwareFolds(foldedImages(search, labelled), own, folds, search.job.settings.seed);
}

function foldedImages({ images }: Search, { positions, labels }: LabelledImages) {
  return Array.from(positions, (i, at) => ({
    hash: images[i]?.hash ?? '',
    label: labels[at] as number,
    group: images[i]?.record.group ?? null,
  }));
}
