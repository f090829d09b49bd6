// Copies: the five pairs that are in Intel scenes by nature, and copies made of its images as people and programs make them (resized,
// re-encoded, cropped, brighter or darker, mirrored): recall of each kind and precision, with embeddings and by pixels alone. Images in
// other hues are no copies: how many were taken for some is told beside it.
// Usage: node bench/duplicates.ts [copies of each kind, default 60]; writes bench/results/duplicates.json.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { runIssuesJob } from '../src/cleaning/job/run.ts';
import { createIssuesJob, issuesFiles, readIssuesReport } from '../src/jobs/issues-job.ts';
import { defaultThresholds, type Finding, type FindingKind } from '../src/protocol/findings.ts';
import { defaultIssuesSettings } from '../src/protocol/issues.ts';
import { permutation, type Random, seededRandom } from '../src/random.ts';
import { defaultConfig } from '../src/training/config.ts';
import { pythonPeersFolder } from '../test/python-peers.ts';
import { sharedData } from '../test/shared-data.ts';
import { writeResult } from './result-file.ts';

process.env.LOUPE_TENSORFLOW ??= pythonPeersFolder();
const copiesOfEach = Number(process.argv[2] ?? 60);
const weights = sharedData('weights', 'mobilenet_v2-0.35-imagenet-notop.safetensors');
const kinds: FindingKind[] = ['exact-duplicate', 'near-duplicate', 'conflicting-labels', 'split-leak'];

/** As data/README.md of the data lists them. */
const natural = [
  ['test/buildings/20805.jpg', 'train/street/10408.jpg'],
  ['train/buildings/4551.jpg', 'train/street/1495.jpg'],
  ['train/buildings/9769.jpg', 'train/street/7293.jpg'],
  ['train/glacier/10234.jpg', 'train/mountain/7654.jpg'],
  ['train/street/3492.jpg', 'train/street/373.jpg'],
].map((pair) => pair.sort().join(' '));

const makers: Record<string, (image: Buffer, random: Random) => Sharp | Promise<Sharp>> = {
  smaller: (image) => sharp(image).resize(64, 64).jpeg({ quality: 90 }),
  larger: (image) => sharp(image).resize(180, 180).jpeg({ quality: 90 }),
  'jpeg 35': (image) => sharp(image).jpeg({ quality: 35 }),
  webp: (image) => sharp(image).webp({ quality: 60 }),
  cropped: async (image, random) => {
    const { width, height } = await sharp(image).metadata();
    const share = 0.72 + 0.2 * random();
    const [w, h] = [Math.round(width * share), Math.round(height * share)];
    const [left, top] = [Math.floor(random() * (width - w)), Math.floor(random() * (height - h))];
    return sharp(image).extract({ left, top, width: w, height: h }).jpeg({ quality: 90 });
  },
  brighter: (image) => sharp(image).linear(1.2, 10).jpeg({ quality: 90 }),
  darker: (image) => sharp(image).linear(0.7, 0).jpeg({ quality: 90 }),
  mirrored: (image) => sharp(image).flop().jpeg({ quality: 90 }),
};

/** The same scene in other hues. */
const otherHues = (image: Buffer) => sharp(image).modulate({ hue: 120 }).jpeg({ quality: 90 });

const root = fs.mkdtempSync(path.join(os.tmpdir(), 'loupe-bench-duplicates-'));
process.env.LOUPE_CACHE = path.join(root, 'cache');
try {
  execFileSync('unzip', ['-q', sharedData('intel-scenes-100px.zip'), '-d', root]);
  const scenes = path.join(root, 'intel-scenes');
  const made = await makeCopies(scenes, path.join(root, 'made'));
  writeResult('duplicates', {
    network: path.basename(weights),
    natural: await findNatural(scenes),
    generated: {
      images: made.images,
      withEmbeddings: await findMade(made, true),
      byPixelsAlone: await findMade(made, false),
    },
  });
} finally {
  fs.rmSync(root, { recursive: true, force: true });
}

async function findNatural(source: string) {
  const { pairs, report } = await look(source, true);
  const exact = pairs['exact-duplicate'] ?? [];
  return {
    images: report?.images,
    pairs: natural.length,
    found: natural.filter((pair) => exact.includes(pair)).length,
    otherExact: exact.filter((pair) => !natural.includes(pair)),
    near: pairs['near-duplicate'],
    conflictingLabels: pairs['conflicting-labels']?.length,
    leaks: pairs['split-leak'],
    effectOfLeaks: report?.leaks,
    seconds: report?.seconds,
  };
}

interface Made {
  source: string;
  images: number;
  /** Maker of each copy, by `original copy`, sorted. */
  expected: Map<string, string>;
  /** Original of every file. */
  originals: Map<string, string>;
  /** An image and the same in other hues, sorted. */
  recolored: Set<string>;
}

/** A folder of scenes without the natural pairs, and the copies of some of them. */
async function makeCopies(scenes: string, source: string): Promise<Made> {
  const random = seededRandom(3);
  const doubled = new Set(natural.flatMap((pair) => pair.split(' ')));
  const all = fs
    .readdirSync(path.join(scenes, 'train'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jpg') && !doubled.has(`train/${name}`))
    .sort();
  const names = Object.keys(makers);
  const chosen = [...permutation(all.length, random)]
    .slice(0, copiesOfEach * (names.length + 1))
    .map((i) => all[i] as string);
  const made: Made = { source, images: 0, expected: new Map(), originals: new Map(), recolored: new Set() };
  for (const [at, name] of chosen.entries()) {
    const bytes = fs.readFileSync(path.join(scenes, 'train', name));
    const maker = names[at % (names.length + 1)];
    const image = maker === undefined ? otherHues(bytes) : await makers[maker]?.(bytes, random);
    const extension = maker === 'webp' ? 'webp' : 'jpg';
    const copy = `${path.dirname(name)}/copy-${at}.${extension}`;
    for (const [file, content] of [
      [name, bytes],
      [copy, (await image?.toBuffer()) ?? bytes],
    ] as const) {
      fs.mkdirSync(path.dirname(path.join(source, file)), { recursive: true });
      fs.writeFileSync(path.join(source, file), content);
      made.originals.set(file, name);
      made.images++;
    }
    const pair = [name, copy].sort().join(' ');
    if (maker === undefined) made.recolored.add(pair);
    else made.expected.set(pair, maker);
  }
  return made;
}

async function findMade({ source, expected, originals, recolored }: Made, embeddings: boolean) {
  const { pairs, report } = await look(source, embeddings);
  const found = new Set([...(pairs['exact-duplicate'] ?? []), ...(pairs['near-duplicate'] ?? [])]);
  const wrong = [...found].filter((pair) => {
    const [a = '', b = ''] = pair.split(' ');
    return originals.get(a) !== originals.get(b);
  });
  const recall = Object.keys(makers).map((maker) => {
    const own = [...expected].filter(([, by]) => by === maker).map(([pair]) => pair);
    return [maker, { copies: own.length, found: own.filter((pair) => found.has(pair)).length }] as const;
  });
  // Told by itself: a scene that is nearly grey has hardly any hue to tell it by.
  const called = [...recolored].filter((pair) => found.has(pair)).length;
  const hits = recall.reduce((sum, [, { found: number }]) => sum + number, 0);
  return {
    recall: hits / expected.size,
    precision: 1 - wrong.length / (found.size - called),
    otherHues: { images: recolored.size, calledCopies: called },
    perKind: Object.fromEntries(recall),
    wrongPairs: wrong,
    seconds: report?.seconds,
  };
}

async function look(source: string, embeddings: boolean) {
  const folder = createIssuesJob({
    source,
    workspace: root,
    settings: { ...defaultIssuesSettings, kinds, thresholds: defaultThresholds, weights, embeddings, map: 'none' },
    engine: defaultConfig.engine,
  });
  if ((await runIssuesJob(folder)) !== 'done')
    throw new Error(fs.readFileSync(path.join(folder, 'events.jsonl'), 'utf8'));
  const pairs: Partial<Record<FindingKind, string[]>> = {};
  for (const line of fs.readFileSync(path.join(folder, issuesFiles.findings), 'utf8').split('\n').filter(Boolean)) {
    const { kind, images } = JSON.parse(line) as Finding;
    const pair = images.map((image) => image.path).sort();
    pairs[kind] = [...(pairs[kind] ?? []), pair.join(' ')];
  }
  return { pairs, report: readIssuesReport(folder) };
}
