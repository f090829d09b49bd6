import type { PredictorRequest } from '../assess/make-predictor.ts';
import { count, fromHere, percent } from './format.ts';
import { engineOf, engineOptions, viewsOf, viewsOptions, wholeNumber } from './options.ts';
import { ProgressLine } from './progress.ts';
import { listenForSignals } from './signals.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

const ways = ['mean', 'weighted', 'vote', 'soup'] as const;
type Way = (typeof ways)[number];
const SOUP_IMAGES = 2048;

export const ensembleVerb: Verb = {
  name: 'ensemble',
  usage: '<run | checkpoint | snapshot folder> … [--how mean|weighted|vote|soup]',
  summary: 'Combine runs, folds or snapshots into a predictor that stands wherever a run does.',
  details: `A run stands for its best weights; a file or folder inside a run (state/best.safetensors, snapshots/step-00000300) for
those weights; --snapshots adds all snapshots of the runs named.
mean and weighted average the probabilities, vote takes the class most members choose (of equally many the one with the larger mean
probability, then the first). soup averages the weights of one network and measures its batch-norm statistics anew.
One run with --tta makes a predictor that always looks that way. loupe evaluate tells its gain beside its cost.`,
  positionals: { min: 1, max: Number.POSITIVE_INFINITY, missing: 'Which runs?' },
  options: {
    how: { type: 'string', value: `<${ways.join('|')}>`, help: 'How they become one; default mean.' },
    weights: { type: 'string', value: '<a,b,…>', help: 'Of weighted: one number a member.' },
    snapshots: { type: 'boolean', help: 'All snapshots of the runs, in place of their best weights.' },
    name: { type: 'string', value: '<name>', help: 'What the predictor is called.' },
    ...viewsOptions,
    'soup-images': {
      type: 'string',
      value: '<N>',
      help: `Training images to measure a soup's statistics on; default ${SOUP_IMAGES}.`,
    },
    ...engineOptions,
    runs: { type: 'string', value: '<folder>', help: 'Where runs are kept; default: .loupe/runs here.' },
  },
  run: ensemble,
};

async function ensemble(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const how = wayOf(input);
  const images = wholeNumber(input, 'soup-images', 1) ?? SOUP_IMAGES;
  const engine = engineOf(input);
  const views = viewsOf(input);
  const { defaultRunsFolder, predictorsFolderOf, runsFolderOf } = await import('./locate.ts');
  const runs = textOf(input, 'runs');
  const runsFolder = runs === undefined ? defaultRunsFolder('.') : runsFolderOf(runs);
  const members = weigh(await membersOf(input, runsFolder), input, how);
  const { makeEnsemble, makeSoup } = await import('../assess/make-predictor.ts');
  const request: PredictorRequest = {
    predictorsFolder: predictorsFolderOf(runsFolder),
    name: textOf(input, 'name') ?? `${how} of ${members.length}`,
    members,
    combine: how === 'soup' ? 'mean' : how,
    views,
  };
  if (how !== 'soup') return made(makeEnsemble(request), request, how, 0);
  const line = new ProgressLine(terminal);
  const signals = listenForSignals(() => line.line('Stopping …'));
  try {
    const soup = await makeSoup(request, {
      engine,
      images,
      signal: signals.signal,
      onProgress: (done, total) =>
        line.report({ what: terminal.progress === 'json' ? 'statistics' : 'Measuring batch norms', done, total }),
    });
    line.end();
    return made(soup.folder, request, how, soup.images);
  } finally {
    signals.close();
    line.end();
  }
}

function made(folder: string, { name, members }: PredictorRequest, how: Way, images: number): VerbResult {
  const share = members.reduce((sum, { weight }) => sum + weight, 0);
  const lines = members.map(
    (member) => `  ${member.name}${how === 'weighted' ? ` ${percent(member.weight / share)}` : ''}`,
  );
  const measured = images ? `\nBatch norms measured on ${count(images)} training images.` : '';
  const place = fromHere(folder);
  return {
    json: { folder, name, how, members, statisticsImages: images },
    text: `${name}: ${how} of\n${lines.join('\n')}${measured}\nIn ${place}\nNext: loupe evaluate ${place}`,
  };
}

async function membersOf(
  input: VerbInput,
  runsFolder: string,
): Promise<Omit<PredictorRequest['members'][number], 'weight'>[]> {
  const { findRun } = await import('./locate.ts');
  const { memberAt, memberOfRun, snapshotsOf } = await import('../assess/members.ts');
  const { readSummary } = await import('../jobs/list.ts');
  const members: Omit<PredictorRequest['members'][number], 'weight'>[] = [];
  for (const given of input.positionals) {
    const inside = memberAt(given);
    if (inside) {
      members.push(inside);
      continue;
    }
    const run = await findRun(given, runsFolder, ({ hasModel }) => hasModel);
    const { name } = readSummary(run);
    if (input.values.snapshots !== true) {
      members.push(memberOfRun(run, name));
      continue;
    }
    const snapshots = snapshotsOf(run)
      .map(memberAt)
      .filter((member) => member !== null);
    if (snapshots.length === 0) {
      throw new UsageError(
        `${name} kept no snapshots.`,
        'Train with the sgdr schedule or training.checkpoints.keepEvery, or leave --snapshots out.',
      );
    }
    members.push(...snapshots);
  }
  return members;
}

function weigh(
  members: Omit<PredictorRequest['members'][number], 'weight'>[],
  input: VerbInput,
  how: Way,
): PredictorRequest['members'] {
  const text = textOf(input, 'weights');
  if (how !== 'weighted') {
    if (text !== undefined) throw new UsageError('--weights goes with --how weighted only.', 'Leave one of them out.');
    return members.map((member) => ({ ...member, weight: 1 }));
  }
  const weights = (text ?? '').split(',').map(Number);
  const fits = text && weights.length === members.length && weights.every((value) => value >= 0);
  if (!fits || weights.every((value) => value === 0)) {
    throw new UsageError(
      `--weights ${text === undefined ? 'is missing' : `can't be "${text}"`}: there are ${members.length} members.`,
      'Give one number ≥ 0 for each, like 2,1,1.',
    );
  }
  return members.map((member, at) => ({ ...member, weight: weights[at] as number }));
}

function wayOf(input: VerbInput): Way {
  const given = textOf(input, 'how') ?? 'mean';
  const how = ways.find((name) => name === given);
  if (!how) throw new UsageError(`--how can't be "${given}".`, `Use one of ${ways.join(', ')}.`);
  return how;
}
