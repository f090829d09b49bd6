import path from 'node:path';
import type { DataSet } from '../dataset/types.ts';
import type { FirstRunPlan } from '../first-run/plan.ts';
import type { WeightsAtHand } from '../first-run/weights-at-hand.ts';
import type { Baseline, NetworkUsed } from '../protocol/baseline.ts';
import { count, duration, fromHere, percent, plural } from './format.ts';
import { type Kept, keepReport, reportOptions } from './keep-report.ts';
import { engineOf, engineOptions, wholeNumber } from './options.ts';
import { ProgressLine } from './progress.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

export const startVerb: Verb = {
  name: 'start',
  usage: '<folder | manifest | idx file> [--dry-run]',
  summary:
    'From a folder of images to a trained network: choose what to begin with, say why, measure a baseline, train.',
  details: `Looks through the images, takes the best pretrained weights that are on this machine (downloaded with loupe zoo get, or weight files in
this folder; nothing is downloaded), chooses image size and recipe for the data and the engine, says what accuracy to expect, writes all of it
into a *.loupe.json here, and trains. --dry-run shows the choices only; --no-train stops before the training.`,
  positionals: { min: 1, max: 1, missing: 'Which folder of images?' },
  options: {
    weights: { type: 'string', short: 'w', value: '<file or name>', help: 'Begin with these pretrained weights.' },
    'dry-run': { type: 'boolean', help: 'Show what would be done; write and train nothing.' },
    'no-train': { type: 'boolean', help: 'Measure the baseline and write the config, but do not train.' },
    runs: { type: 'string', value: '<folder>', help: 'Where to keep the run; default: .loupe/runs here.' },
    seed: { type: 'string', value: '<N>', help: "Of the baseline's folds; default 42." },
    ...reportOptions,
    ...engineOptions,
  },
  run: start,
};

async function start(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const source = path.resolve(input.positionals[0] as string);
  const line = new ProgressLine(terminal);
  const started = performance.now();
  let found: Planned;
  let measured: Measured | null = null;
  try {
    found = await planFor(source, input, line);
    if (input.values['dry-run'] !== true && found.plan.weights) {
      measured = await baselineOf(source, found.plan, input, line);
    }
  } finally {
    line.end();
  }
  const { data, plan } = found;
  const baseline = measured?.baseline ?? null;
  const facts = { source, images: data.images.length, classes: data.classes };
  const told = describe(found, baseline, terminal.out);
  if (input.values['dry-run'] === true) {
    return { json: { ...facts, plan, baseline, config: null, run: null, report: null }, text: told };
  }
  const { writeFirstConfig } = await import('../first-run/write-config.ts');
  const config = writeFirstConfig(process.cwd(), source, plan);
  const kept = await keep(input, { ...found, measured, config, source, seconds: (performance.now() - started) / 1000 });
  const wrote = `Wrote ${fromHere(config)}${kept.text}`;
  if (input.values['no-train'] === true) {
    return {
      json: { ...facts, plan, baseline, config, run: null, report: kept.folder },
      text: `${told}\n${wrote}\nNext: loupe train ${fromHere(config)}`,
    };
  }
  terminal.stderr.write(`${told}\n${wrote}\n`);
  const { createRun } = await import('./train-target.ts');
  const { trainWithProgress } = await import('./train.ts');
  const engine = textOf(input, 'engine');
  const folder = await createRun(config, {
    sets: [
      ...(engine === undefined ? [] : [`engine.name=${engine}`]),
      ...(textOf(input, 'threads') === undefined ? [] : [`engine.threads=${textOf(input, 'threads')}`]),
    ],
    recipe: undefined,
    name: undefined,
    runs: textOf(input, 'runs'),
    epochs: undefined,
  });
  const trained = await trainWithProgress(folder, terminal);
  return { ...trained, json: { ...facts, plan, baseline, config, report: kept.folder, ...(trained.json as object) } };
}

/** What was chosen, for which data and machine. */
interface Planned {
  data: DataSet;
  plan: FirstRunPlan;
  engine: string;
}

interface Measured {
  baseline: Baseline;
  network: NetworkUsed;
  root: string;
  skipped: { path: string; message: string }[];
}

async function keep(
  input: VerbInput,
  found: Planned & { measured: Measured | null; config: string; source: string; seconds: number },
): Promise<Kept> {
  const { data, plan, engine, measured, config, source, seconds } = found;
  const trainSeconds = Number.isFinite(plan.seconds) ? plan.seconds : null;
  return await keepReport(input, {
    ...{ kind: 'start', source, root: data.root, images: data.images.length, classes: data.classes, engine, seconds },
    ...{ network: measured?.network ?? null, baseline: measured?.baseline ?? null, skipped: measured?.skipped ?? [] },
    ...{ algorithms: null, plan: { reasons: plan.reasons, config, seconds: trainSeconds } },
  });
}

async function planFor(source: string, input: VerbInput, line: ProgressLine): Promise<Planned> {
  const { readOverlay } = await import('../dataset/journal/overlay.ts');
  const { openDataSet } = await import('../dataset/open.ts');
  const { chooseEngine } = await import('../engines/choose.ts');
  const { factsOf } = await import('../first-run/facts.ts');
  const { planFirstRun } = await import('../first-run/plan.ts');
  const data = await openDataSet(source, {
    journal: readOverlay(source),
    onProgress: ({ seen, total }) => line.report({ what: 'Scanning', done: seen, total }),
  });
  await assertTrainable(data);
  const { engine } = await chooseEngine(engineOf(input));
  const { info } = engine;
  await engine.dispose();
  return {
    data,
    engine: info.label,
    plan: planFirstRun(
      factsOf(data, info, { atHand: await candidates(source, input), named: textOf(input, 'weights') !== undefined }),
    ),
  };
}

/** @throws Problem `too-few-images` */
async function assertTrainable({ images, classes }: DataSet): Promise<void> {
  const { Problem } = await import('../problem.ts');
  if (classes.length >= 2 && images.length > classes.length) return;
  throw new Problem(
    'too-few-images',
    `There are ${plural(images.length, 'image')} of ${plural(classes.length, 'class', 'classes')}: too little to learn from.`,
    'Put the images of each class into a folder of their own, two classes at least.',
  );
}

/** @throws Problem `unknown-network`, `not-downloaded` for weights that were named */
async function candidates(source: string, input: VerbInput): Promise<WeightsAtHand[]> {
  const { lookInto, weightsAtHand } = await import('../first-run/weights-at-hand.ts');
  const given = textOf(input, 'weights');
  if (given === undefined) return weightsAtHand(['.', path.dirname(source)]);
  const { resolveWeights } = await import('../models/zoo/store.ts');
  const { findInZoo } = await import('../models/zoo/table.ts');
  const { Problem } = await import('../problem.ts');
  const file = resolveWeights(given, '.');
  const found = lookInto(file);
  if (found) return [{ weights: findInZoo(given) ? given : file, ...found }];
  throw new Problem(
    'unknown-network',
    `The weights in ${file} fit no network that Loupe knows.`,
    `See what the file holds: loupe import ${given}`,
  );
}

async function baselineOf(source: string, plan: FirstRunPlan, input: VerbInput, line: ProgressLine): Promise<Measured> {
  const { describeData } = await import('../embedding/describe-data.ts');
  const { measureBaseline } = await import('../embedding/baseline.ts');
  const skipped: Measured['skipped'] = [];
  const weights = plan.weights?.weights ?? '';
  const options = {
    weights,
    side: plan.side,
    onSkipped: (file: string, message: string) => skipped.push({ path: file, message }),
    engine: engineOf(input),
    onEmbed: (done: number, total: number) => line.report({ what: 'Describing', done, total }),
  };
  return await describeData(source, options, async (described, engine) => ({
    baseline: await measureBaseline(engine, described, {
      seed: wholeNumber(input, 'seed', 0) ?? 42,
      onProgress: (_, done, total) => line.report({ what: 'Probing', done, total }),
    }),
    ...{ network: { ...described.network, weights }, root: described.data.root, skipped },
  }));
}

function describe(
  { data, plan }: { data: DataSet; plan: FirstRunPlan },
  baseline: Baseline | null,
  colors: Style,
): string {
  const rows = plan.reasons.map(({ what, choice, why }) => [colors.bold(what), choice, why]);
  const takes = plan.seconds < 5 ? 'a few seconds' : `about ${duration(plan.seconds)}`;
  const training = Number.isFinite(plan.seconds) ? [`Training will take ${takes}.`] : [];
  return [
    `${colors.bold(path.basename(data.root))}: ${plural(data.images.length, 'image')} of ${plural(data.classes.length, 'class', 'classes')}`,
    '',
    renderTable([{ title: 'CHOICE' }, { title: '' }, { title: 'WHY' }], rows),
    '',
    ...(baseline ? [baselineText(baseline)] : []),
    ...training,
  ].join('\n');
}

function baselineText({ probe, neighbours, hard, images }: Baseline): string {
  const { value, low, high } = probe.accuracy;
  const warning = hard.length > 0 ? ` Will be hard: ${hard.join(', ')}.` : '';
  return `Before training, a linear probe on its features is right for ${percent(value)} (${percent(low)}–${percent(high)}) of ${count(images)} images, the nearest neighbours for ${percent(neighbours.accuracy.value)}: fine-tuning should do better.${warning}`;
}
