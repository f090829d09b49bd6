import path from 'node:path';
import type { Baseline, Share } from '../protocol/baseline.ts';
import { embeddingOptions, reportOf, weightsUsed, withProgress } from './embed.ts';
import { count, duration, percent, plural } from './format.ts';
import { keepReport, reportOptions } from './keep-report.ts';
import { wholeNumber } from './options.ts';
import type { Style } from './style.ts';
import { renderTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { textOf, type Verb, type VerbInput, type VerbResult } from './verb.ts';

export const baselineVerb: Verb = {
  name: 'baseline',
  usage: '<folder | manifest | idx file> [--weights <name, file or run>]',
  summary:
    'What accuracy to expect before training anything: nearest neighbours and a linear probe on pretrained features.',
  details: `Cross-validated over all images in five folds, groups and copies kept together; the strength of the penalty is chosen on the other
folds. Names the classes that will be hard and the pairs that are taken for each other. Without --weights the best quick ones at hand are taken:
downloaded with loupe zoo get, or in a file here; nothing is downloaded. The report is kept, for the editor's panel and to compare.`,
  positionals: { min: 1, max: 1, missing: 'Which data set?' },
  options: {
    ...embeddingOptions,
    seed: { type: 'string', value: '<N>', help: 'Of the folds; default 42.' },
    ...reportOptions,
  },
  run: baseline,
};

async function baseline(input: VerbInput, terminal: Terminal): Promise<VerbResult> {
  const { describeData } = await import('../embedding/describe-data.ts');
  const { measureBaseline } = await import('../embedding/baseline.ts');
  const source = input.positionals[0] as string;
  const weights = textOf(input, 'weights') ?? (await weightsFor(source));
  const skipped: { path: string; message: string }[] = [];
  const seed = wholeNumber(input, 'seed', 0) ?? 42;
  const json = terminal.progress === 'json';
  const started = performance.now();
  const report = await withProgress(input, weights, terminal, skipped, (options, line) =>
    describeData(source, options, async (described, engine) => ({
      ...reportOf(described),
      classes: described.data.classes,
      baseline: await measureBaseline(engine, described, {
        seed,
        onProgress: (what, done, total) => line.report({ what: json ? what : 'Probing', done, total }),
      }),
    })),
  );
  const seconds = (performance.now() - started) / 1000;
  const { source: root, images, engine, network, classes, baseline: found } = report;
  const kept = await keepReport(input, {
    ...{ kind: 'baseline', source: path.resolve(source), root, images, classes, skipped },
    ...{ engine: engine.label, seconds, network: { ...network, weights: weightsUsed(weights) } },
    ...{ baseline: found, algorithms: null, plan: null },
  });
  return {
    json: { ...report, skipped, totalSeconds: seconds, report: kept.folder },
    text: describe(report, found, seconds, terminal.out) + kept.text,
  };
}

/** The best quick ones at hand. @throws Problem `no-weights` */
async function weightsFor(source: string): Promise<string> {
  const { quickWeights } = await import('../first-run/plan.ts');
  const { weightsAtHand } = await import('../first-run/weights-at-hand.ts');
  const { Problem } = await import('../problem.ts');
  const found = quickWeights(weightsAtHand(['.', path.dirname(path.resolve(source))]));
  if (found) return found.weights;
  throw new Problem(
    'no-weights',
    'There are no pretrained weights on this machine, and nothing is downloaded unasked.',
    'Get some with loupe zoo get mobilenet-v2, or name a file: --weights <file>. Without any: loupe which <folder>.',
  );
}

type Report = ReturnType<typeof reportOf>;

function describe({ network, engine }: Report, found: Baseline, seconds: number, colors: Style): string {
  const { neighbours, probe, perClass, hard, confused } = found;
  const rows = perClass.map(({ label, images, recall }) => [label, count(images), recall ? interval(recall) : '–']);
  return [
    `${plural(found.images, 'image')} described by ${network.name} at ${network.width} × ${network.height} pixels (${engine.label}), ${duration(seconds)}`,
    `${colors.bold('Linear probe')}       ${interval(probe.accuracy)}, ${found.folds} folds, λ ${probe.strength}`,
    `${colors.bold('Nearest neighbours')} ${interval(neighbours.accuracy)}, k = ${neighbours.k}`,
    '',
    renderTable([{ title: 'CLASS' }, { title: 'IMAGES', align: 'right' }, { title: 'RECALL (95 %)' }], rows),
    ...(hard.length > 0 ? ['', `Will be hard: ${colors.yellow(hard.join(', '))}`] : []),
    ...(confused.length > 0 ? [`Most often mistaken: ${confused.map(pair).join('; ')}`] : []),
  ].join('\n');
}

function interval({ value, low, high }: Share): string {
  return `${percent(value)} (${percent(low)}–${percent(high)})`;
}

function pair({ label, predicted, images }: Baseline['confused'][number]): string {
  return `${label} for ${predicted} (${images})`;
}
